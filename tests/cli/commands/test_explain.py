"""Why an address is taken for what it is."""

import json
from collections.abc import Callable, Sequence

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke
from gatewatch.model.snapshot import SnapshotInfo

Gatewatch = Callable[..., tuple[int, str, str]]
Make = Callable[[Sequence[Observation]], SnapshotInfo]

ROMPAGER = (
    'HTTP/1.1 401 Unauthorized\nServer: RomPager/4.08 UPnP/1.0\nWWW-Authenticate: Basic realm="{}"'
)
HOSTILE = "HTTP/1.1 404 Not Found\nServer: gSOAP/2.9\x1b[2J"


def service(port: int, head: str, ip: str = "192.0.2.7") -> Observation:
    wire = head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n"
    at = parse_moment("2026-11-20T00:00:00Z")
    return Observation(parse_address(ip), port, at, Answer(Spoke.HTTP, Outcome.SUCCESS, wire))


@pytest.fixture
def explain(
    gatewatch: Gatewatch, make_lake: Make, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    make_lake(
        [
            service(7547, ROMPAGER.format("TD-8817")),
            service(80, 'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm="BiPAC 5200"'),
            service(7547, HOSTILE, "192.0.2.8"),
        ]
    )
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *argv: gatewatch("explain", *argv, "--lake", "lake")


def test_each_hint_names_its_rule_and_the_bytes_that_matched(
    explain: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = explain("192.0.2.7", "--format", "table")
    words = " ".join(out.split())
    assert code == 0
    assert "vendor TP-Link 95.0 % TD-8817 95.0 % http_realm/tplink-td" in words
    assert (
        "software.version 4.08 97.0 % RomPager/4.08 UPnP/1.0 97.0 % http_server/rompager" in words
    )


def test_rules_that_nearly_matched_say_what_they_lack(
    explain: Callable[..., tuple[int, str, str]],
) -> None:
    words = " ".join(explain("192.0.2.7", "--format", "table")[1].split())
    assert (
        "http_server/rompager-with-upnp device.type: router, role: cpe matches with other numbers"
        in words
    )


def test_ports_that_contradict_each_other_are_told(
    explain: Callable[..., tuple[int, str, str]],
) -> None:
    out = explain("192.0.2.7", "--format", "table")[1]
    together = out.partition("All ports of 192.0.2.7 together")[2]
    assert "The ports do not agree on vendor" in together
    assert "device.type  modem" in together
    assert "80, 7547" in together


def test_programs_get_a_row_a_hint(explain: Callable[..., tuple[int, str, str]]) -> None:
    rows = [json.loads(line) for line in explain("192.0.2.7", "192.0.2.8")[1].splitlines()]
    kinds = {row["kind"] for row in rows}
    assert kinds == {"match", "nearly", "together"}
    (vendor,) = (row for row in rows if row["kind"] == "match" and row["value"] == "TP-Link")
    assert (vendor["port"], vendor["matched"], vendor["rule"]) == (
        7547,
        "TD-8817",
        "http_realm/tplink-td",
    )
    assert all(row["why"] for row in rows if row["kind"] != "match")


def test_hostile_bytes_are_escaped(explain: Callable[..., tuple[int, str, str]]) -> None:
    out = explain("192.0.2.8", "--format", "table")[1]
    assert out.replace("\n", "").isprintable()
    assert r"gSOAP/2.9\x1b[2J" in out


def test_an_address_that_was_never_seen_is_said_so(
    explain: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = explain("192.0.2.99")
    assert (code, out) == (1, "")
    assert "192.0.2.99 is in none of the 1 snapshots" in err


def test_what_is_no_address_is_refused(explain: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = explain("192.0.2.0/24")
    assert code == 2
    assert "explain: " in err
