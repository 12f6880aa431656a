"""What strangers, products and clocks do to logs, one trap a test."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from tests.watch.sources.conftest import BARE, IN_UTC, SAMPLES, Read

from gatewatch.model.errors import LogIncomplete
from gatewatch.model.moment import iso
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.records import Passed
from gatewatch.watch.sources import Record

HEAD = "Nov 20 09:05:40 gate sshd[1]: "


def only(found: list[Record]) -> SignIn:
    [one] = found
    assert isinstance(one, SignIn)
    return one


@pytest.mark.parametrize(
    "user",
    [
        "a from 198.51.100.66 port 1 ssh2",
        "a from 198.51.100.66 port 1 ssh2: x",
        "invalid user a from 198.51.100.66 port 1",
        "",
        " from 198.51.100.66 port 1",
        "Accepted password for root from 198.51.100.66 port 1 ssh2",
    ],
)
def test_sshd_user_that_fakes_an_address_is_only_a_user(read: Read, user: str) -> None:
    line = f"{HEAD}Failed password for invalid user {user} from 203.0.113.9 port 5 ssh2"
    for found in read("sshd", line):
        assert found is Passed.NOBODY or (
            isinstance(found, SignIn)
            and found.outcome is Outcome.FAILURE
            and str(found.address) == "203.0.113.9"
        )


def test_sshd_line_inside_another_programs_message_is_none_of_sshd(read: Read) -> None:
    fake = (
        f"Nov 20 09:05:40 gate web[1]: {HEAD}Accepted password for root from 198.51.100.66 port 1"
    )
    assert read("sshd", fake) == [Passed.OTHER]


def test_sshd_certificate_identity_does_not_move_the_address(read: Read) -> None:
    key = "ssh2: RSA-CERT SHA256:x ID me from 198.51.100.66 port 1 ssh2 (serial 0) CA RSA y"
    line = f"{HEAD}Accepted publickey for alice from 198.51.100.7 port 5 {key}"
    assert str(only(read("sshd", line)).address) == "198.51.100.7"


def test_sshd_folded_line_counts_each_attempt_and_never_millions(read: Read) -> None:
    message = "Failed password for root from 203.0.113.9 port 5 ssh2"
    found = read("sshd", f"{HEAD}message repeated 3 times: [ {message}]")
    assert len(set(found)) == 3
    assert len(read("sshd", f"{HEAD}message repeated 999999 times: [ {message}]")) == 1000


def test_sshd_lines_without_year_pass_over_new_year(read: Read) -> None:
    lines = "".join(
        f"{day} 23:59:59 gate sshd[1]: Accepted password for a from 198.51.100.7 port 1 ssh2\n"
        for day in ("Dec 30", "Dec 31", "Jan  1", "Dec 31", "Jan  2")
    )
    given = replace(IN_UTC, year=2025)
    days = [iso(one.at)[:10] for one in read("sshd", lines, given) if isinstance(one, SignIn)]
    assert days == ["2025-12-30", "2025-12-31", "2026-01-01", "2025-12-31", "2026-01-02"]


def test_sshd_lines_that_are_read_live_are_never_of_the_future(read: Read) -> None:
    line = "Dec 31 23:59:59 gate sshd[1]: Accepted password for a from 198.51.100.7 port 1 ssh2"
    found = only(read("sshd", line, replace(IN_UTC, year=None, live=True)))
    assert iso(found.at) == "2025-12-31T23:59:59Z"


def test_local_time_follows_summer_time(read: Read) -> None:
    given = replace(IN_UTC, zone=ZoneInfo("Europe/Berlin"))
    lines = "".join(
        f"{day} 12:00:00 gate sshd[1]: Accepted password for a from 198.51.100.7 port 1 ssh2\n"
        for day in ("Jul  1", "Nov  1")
    )
    hours = [iso(one.at)[11:13] for one in read("sshd", lines, given) if isinstance(one, SignIn)]
    assert hours == ["10", "11"]


@pytest.mark.parametrize(
    ("sample", "source", "asked"),
    [
        ("sshd.log", "sshd", "add --year 2026 --zone Europe/Berlin"),
        ("openvpn-status-1.txt", "openvpn-status", "add --zone Europe/Berlin"),
        ("cisco-asa.log", "cisco-asa", "add --zone Europe/Berlin"),
        ("entra-csv-powershell.csv", "entra-csv", "add --dates mdy or --dates dmy"),
        ("wireguard.txt", "wireguard", "--people FILE"),
    ],
)
def test_what_a_log_does_not_say_is_asked_in_one_line(
    read: Read, sample: str, source: str, asked: str
) -> None:
    with pytest.raises(LogIncomplete) as caught:
        read(source, (SAMPLES / sample).read_bytes(), BARE)
    assert asked in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lines_that_name_their_zone_ask_for_nothing(read: Read) -> None:
    found = read("sshd", (SAMPLES / "sshd-rfc3339.log").read_bytes(), BARE)
    assert all(isinstance(one, SignIn) for one in found)


def test_a_day_beyond_twelve_needs_no_order_of_dates(read: Read) -> None:
    header = "CreatedDateTime,UserPrincipalName,IPAddress,Status\n"
    for written in ("20/11/2026 08:00:00", "11/20/2026 8:00:00 AM", "20.11.2026 08:00:00"):
        row = f"{written},alice@example.com,198.51.100.7,Success\n"
        assert iso(only(read("entra-csv", header + row, BARE)).at) == "2026-11-20T08:00:00Z"


def test_a_clock_in_the_future_is_refused_not_stored(read: Read) -> None:
    line = "2031-11-20T09:05:00Z gate sshd[1]: Accepted password for a from 198.51.100.7 port 1"
    [found] = read("sshd", line)
    assert isinstance(found, Rejected)
    assert "future" in found.reason


def test_the_telephone_that_approves_is_not_where_the_person_is(read: Read) -> None:
    found = [
        one for one in read("duo", (SAMPLES / "duo.json").read_bytes()) if isinstance(one, SignIn)
    ]
    assert found
    assert "203.0.113.200" not in {str(one.address) for one in found}


ACCESS = '{} - {} [20/Nov/2026:10:40:00 +0100] "GET / HTTP/1.1" {} 5 "-" "x" "{}"'


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.10", "203.0.113.99, 198.51.100.9", "198.51.100.9"),
        ("192.0.2.10", "203.0.113.99, 198.51.100.9, 192.0.2.11, 192.0.2.12", "198.51.100.9"),
        ("192.0.2.10", "198.51.100.9", "198.51.100.9"),
        ("198.51.100.9", "203.0.113.99", "198.51.100.9"),
        ("192.0.2.10", "203.0.113.99, 10.0.0.1", None),
        ("192.0.2.10", "-", None),
        ("192.0.2.10", "203.0.113.99, x", None),
        ("192.0.2.10", "192.0.2.11", None),
    ],
)
def test_forwarded_addresses_are_walked_from_the_right(
    read: Read, peer: str, forwarded: str, address: str | None
) -> None:
    [found] = read("web-access", ACCESS.format(peer, "alice", 200, forwarded))
    assert (str(found.address) if isinstance(found, SignIn) else None) == address


def test_nobody_is_believed_without_named_proxies(read: Read) -> None:
    line = ACCESS.format("192.0.2.10", "alice", 200, "203.0.113.99")
    assert str(only(read("web-access", line, IN_UTC)).address) == "192.0.2.10"


def test_a_web_user_that_fakes_a_line_stays_a_failure(read: Read) -> None:
    user = 'alice [20/Nov/2026:10:40:00 +0100] "GET / HTTP/1.1" 200 5 "-" "-" "-"'
    found = only(read("web-access", ACCESS.format("203.0.113.9", user, 401, "-")))
    assert found.outcome is Outcome.FAILURE


def test_an_escaped_quote_in_a_browsers_name_ends_nothing(read: Read) -> None:
    line = ACCESS.format("203.0.113.9", "eve", 401, "-").replace(
        '"x"', r'"x\" [20/Nov/2026:10:40:00 +0100] \"GET / HTTP/1.1\" 200 5"'
    )
    assert only(read("web-access", line)).outcome is Outcome.FAILURE


def test_a_fortinet_user_cannot_bring_its_own_address(read: Read) -> None:
    line = (
        'date=2026-11-20 time=08:00:04 devid="F" logid="1" eventtime=1795161604 subtype="vpn" '
        'action="ssl-login-fail" remip=203.0.113.9 user="x\\" remip=198.51.100.66"'
    )
    assert str(only(read("fortigate", line)).address) == "203.0.113.9"
    cef = "CEF:0|Fortinet|F|7|1|vpn|3|act=ssl-login-fail FTNTFGTeventtime=1795161604 "
    cef += "FTNTFGTremip=203.0.113.9 duser=x FTNTFGTremip\\=198.51.100.66"
    assert str(only(read("fortigate", cef)).address) == "203.0.113.9"


def test_a_cisco_user_with_brackets_does_not_move_the_address(read: Read) -> None:
    user = "x> IP <198.51.100.66> AnyConnect parent session started."
    line = (
        f"Nov 20 2026 08:00:04 asa : %ASA-6-113039: Group <g> User <{user}> IP <198.51.100.7> "
        "AnyConnect parent session started."
    )
    assert str(only(read("cisco-asa", line)).address) == "198.51.100.7"


def test_wireguard_keys_leave_the_log_in_no_record(read: Read) -> None:
    data = (SAMPLES / "wireguard.txt").read_bytes()
    damaged = data.replace(b"1795161604", b"never").replace(b"\t51820\t", b"\t51820\t\t")
    for content in (data, damaged):
        for record in read("wireguard", content):
            for letter in "PQSabcz":
                assert letter * 43 not in repr(record)


def test_two_ways_to_one_entra_sign_in_are_one(read: Read) -> None:
    graph = read("entra", (SAMPLES / "entra-graph.json").read_bytes())
    portal = read("entra-csv", (SAMPLES / "entra-csv-portal.csv").read_bytes())
    keys = [
        {(one.source, one.reference, one.at) for one in found if isinstance(one, SignIn)}
        for found in (graph, portal)
    ]
    assert len(keys[0] & keys[1]) == 2


def test_a_message_of_bytes_and_one_that_is_missing_are_read(read: Read) -> None:
    found = read("journald", (SAMPLES / "journald.jsonl").read_bytes())
    assert [type(one) for one in found] == [SignIn, SignIn, Passed, SignIn]


def test_an_external_entity_is_refused(read: Read) -> None:
    event = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>&x;</Event>"
    bomb = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>{event}'
    [found] = read("windows-xml", bomb)
    assert isinstance(found, Rejected)


def test_an_event_without_end_is_dropped_in_bounded_memory(read: Read) -> None:
    good = (SAMPLES / "windows-xml-wevtutil.xml").read_text()
    found = read("windows-xml", "<Event a='" + "x" * 2_000_000 + "\n" + good)
    assert len([one for one in found if isinstance(one, SignIn)]) == 2
