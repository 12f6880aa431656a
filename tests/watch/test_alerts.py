"""When an alert is told: by severity, not at night, bundled, and never too many."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.errors import AccountUnusable, InputUnreadable
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.watch.accounts import Account
from gatewatch.watch.alerts import (
    RULES,
    Alert,
    Rules,
    Severity,
    alert_of,
    read_alerts,
    rules_of,
    why_waiting,
)

NOON = parse_moment("2026-11-24T12:00:00Z")
HOUR = 3600 * SECOND


def rules(**values: str) -> Rules:
    table = {key.name: key.default or "" for key in RULES}
    return rules_of(Account("alert.x", {**table, **values}))


def alert(severity: Severity = Severity.HIGH) -> Alert:
    return Alert("k", severity, "title", "text", NOON)


@pytest.mark.parametrize(
    ("utc", "zone", "quiet", "waits"),
    [
        ("2026-11-24T21:30:00Z", "UTC", "22:00-07:00", False),
        ("2026-11-24T21:30:00Z", "Europe/Paris", "22:00-07:00", True),
        ("2026-11-24T05:59:00Z", "Europe/Paris", "22:00-07:00", True),
        ("2026-11-24T06:00:00Z", "Europe/Paris", "22:00-07:00", False),
        # In summer the same hour of the clock is an hour earlier in UTC.
        ("2026-07-24T05:30:00Z", "Europe/Paris", "22:00-07:00", False),
        ("2026-11-24T12:30:00Z", "UTC", "12:00-13:00", True),
        ("2026-11-24T13:00:00Z", "UTC", "12:00-13:00", False),
        ("2026-11-24T03:00:00Z", "UTC", "", False),
    ],
)
def test_quiet_hours_go_by_the_clock_of_their_zone(
    utc: str, zone: str, quiet: str, waits: bool
) -> None:
    said = why_waiting([alert()], rules(quiet=quiet, zone=zone), parse_moment(utc), 0, 0)
    assert said == ("quiet hours" if waits else "")


def test_a_critical_alert_comes_through_at_night_and_before_the_digest() -> None:
    night = rules(quiet="00:00-23:59")
    assert why_waiting([alert(Severity.CRITICAL)], night, NOON, NOON - 1, 0) == ""
    assert why_waiting([alert()], rules(), NOON, NOON - 1, 0) == "the next digest is not due"
    assert why_waiting([alert()], rules(), NOON, NOON - HOUR, 0) == ""
    assert why_waiting([alert()], rules(digest="0m"), NOON, NOON - 1, 0) == ""


def test_even_critical_ones_are_no_flood() -> None:
    few = rules(most_per_hour="2")
    said = why_waiting([alert(Severity.CRITICAL)], few, NOON, 0, 2)
    assert said == "2 notices were sent within an hour"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"at_least": "bad"}, "at_least is none of low"),
        ({"digest": "often"}, "digest is no time such as 15m"),
        ({"quiet": "25:00-07:00"}, "quiet is no span"),
        ({"zone": "Mars/Base"}, "zone is no time zone"),
        ({"zone": "../../etc/passwd"}, "zone is no time zone"),
        ({"most_per_hour": "0"}, "most_per_hour is no number above 0"),
        ({"names": "perhaps"}, "names is neither yes nor no"),
    ],
)
def test_a_rule_that_says_nothing_is_one_line(values: dict[str, str], said: str) -> None:
    with pytest.raises(AccountUnusable, match=said):
        rules(**values)


@pytest.mark.parametrize(
    "line",
    [
        *("{}", "[]", "x", '{"key": "", "severity": "high", "title": "t", "at": "2026-11-24"}'),
        '{"key": "k", "severity": "worst", "title": "t", "at": "2026-11-24"}',
        '{"key": "k", "severity": "high", "title": "t", "at": "soon"}',
        '{"key": "k", "severity": "high", "title": "t", "at": "2026-11-24", "ip": "x"}',
    ],
)
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(InputUnreadable, match=r"^x:2: cannot be read, "):
        read_alerts(["", line], "x")


def test_the_same_key_is_the_same_alert() -> None:
    line = json.dumps(alert().to_json())
    assert len(read_alerts([line, line], "x")) == 1


@given(st.text(max_size=100), st.text(max_size=100), st.text(max_size=100))
def test_an_alert_is_read_as_it_was_written_without_its_name(
    title: str, text: str, name: str
) -> None:
    one = Alert("k", Severity.LOW, title, text, NOON, name=name, person="p-1")
    raw = json.loads(json.dumps(one.to_json()))
    assert "name" not in raw
    assert alert_of(raw).to_json() == one.to_json()
