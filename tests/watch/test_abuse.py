"""Reports to providers: a bundle a contact, XARF that holds to its schema, device text kept in."""

import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.errors import InputUnreadable
from gatewatch.watch.abuse import MOST, Exposure, Reporter, bundles, read_exposures, report, xarf

REPORTER = Reporter("Example CERT", "cert@example.org")
AT = 1_795_514_400_000_000
TO = "abuse@provider.example"


def one(n: int = 7, contact: str = TO, server: str = "gSOAP/2.7") -> Exposure:
    return Exposure(f"192.0.2.{n}", 7547, AT, contact, server)


def parts(exposures: list[Exposure]) -> tuple[EmailMessage, list[Any]]:
    raw = report(TO, exposures, REPORTER, "1", at=AT).as_bytes()
    found = message_from_bytes(raw, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found, [json.loads(part.get_content()) for part in found.iter_attachments()]


def test_lines_of_a_search_are_read_with_a_contact_of_their_own_or_the_given_one() -> None:
    lines = [
        '{"ip": "192.0.2.7", "port": 7547, "seen_at": "2026-11-20", "server": "gSOAP/2.7"}',
        '{"ip": "192.0.2.7", "port": 7547, "seen_at": "2026-11-24T00:00:00Z"}',
        '{"ip": "2001:db8::1", "seen_at": "2026-11-24T00:00:00Z", "contact": "noc@other.example"}',
    ]
    found = read_exposures(lines, "x", TO)
    assert [(each.address, each.contact) for each in found] == [
        *(("192.0.2.7", TO), ("2001:db8::1", "noc@other.example")),
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{}", "it lacks ip or seen_at"),
        ('{"ip": "192.0.2.7", "seen_at": "yesterday"}', "not a time"),
        ('{"ip": "x", "seen_at": "2026-11-24"}', "not an IP address"),
        ('{"ip": "192.0.2.7", "seen_at": "2026-11-24", "port": 0}', "port is no port"),
        ('{"ip": "192.0.2.7", "seen_at": "2026-11-24", "contact": "a@b\\nBcc: c@d"}', "not a mail"),
    ],
)
def test_a_wrong_line_is_named(line: str, what: str) -> None:
    with pytest.raises(InputUnreadable, match=r"^x:1: cannot be read, ") as raised:
        read_exposures([line], "x", TO)
    assert what in str(raised.value)
    with pytest.raises(InputUnreadable, match="names no contact"):
        read_exposures(['{"ip": "192.0.2.7", "seen_at": "2026-11-24"}'], "x", "")


def test_each_contact_gets_one_mail_and_a_long_one_becomes_several() -> None:
    many = [Exposure(f"198.51.100.{n % 256}", 7000 + n, AT, TO) for n in range(MOST + 1)]
    other = [one(contact="noc@other.example")]
    found = [(contact, len(ones)) for contact, ones in bundles([*many, *other])]
    assert found == [(TO, MOST), (TO, 1), ("noc@other.example", 1)]


def test_a_report_is_mail_for_people_and_programs() -> None:
    mail, reports = parts([one(7), one(8)])
    assert mail["Subject"] == "abuse report about 2 addresses - 2026-11-24"
    assert (mail["X-XARF"], mail["Auto-Submitted"]) == ("PLAIN", "auto-generated")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "192.0.2.8, 7547, 2026-11-24T10:00:00Z" in body.get_content().replace("=\n", "")
    assert [each["source_identifier"] for each in reports] == ["192.0.2.7", "192.0.2.8"]
    assert parts([one()])[0]["Subject"] == "abuse report about 192.0.2.7 - 2026-11-24"


def test_xarf_has_what_its_schema_requires() -> None:
    told = xarf(one(), REPORTER)
    wanted = {"xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier"}
    assert wanted | {"category", "type", "service", "service_port"} <= told.keys()
    UUID(str(told["report_id"]))
    who = {"org": "Example CERT", "contact": "cert@example.org", "domain": "example.org"}
    assert (told["reporter"], told["sender"]) == (who, who)
    assert (told["category"], told["type"]) == ("vulnerability", "open_service")
    assert xarf(one(), REPORTER)["report_id"] == told["report_id"]
    cve = Exposure("192.0.2.7", 7547, AT, TO, cves=("CVE-2017-9765",))
    assert (xarf(cve, REPORTER)["type"], xarf(cve, REPORTER)["cve_id"]) == ("cve", "CVE-2017-9765")


@given(st.text(max_size=300))
def test_what_a_device_said_stays_in_its_place(server: str) -> None:
    mail, reports = parts([one(server=server)])
    honest, _ = parts([one(server="x")])
    assert sorted(mail.keys()) == sorted(honest.keys())
    assert len(reports) == 1
    body, fair = mail.get_body(("plain",)), honest.get_body(("plain",))
    assert body is not None
    assert fair is not None
    assert len(body.get_content().splitlines()) == len(fair.get_content().splitlines())
