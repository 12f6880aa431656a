"""No alert twice and none lost: across runs, failures and a process that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gatewatch.model.errors import AccountUnusable, TargetFailed
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.watch import deliveries
from gatewatch.watch.accounts import Account, Accounts, Key
from gatewatch.watch.alerts import RULES, Alert, Severity, rules_of
from gatewatch.watch.channels import Channel, Waiting, channels
from gatewatch.watch.deliveries import Deliveries
from gatewatch.watch.notice import Notice
from gatewatch.watch.target import Door

NOW = parse_moment("2026-11-24T12:00:00Z")
HOUR = 3600 * SECOND
NONE = Accounts(None, {}, {})


@dataclass
class Ear:
    """A notifier that keeps what it hears."""

    NAME: str = "ear"
    SENTENCE: str = "An ear."
    KEYS: tuple[Key, ...] = ()
    heard: list[Notice] = field(default_factory=list)
    deaf: bool = False

    def deliver(self, notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
        del account, accounts, door
        if self.deaf:
            raise TargetFailed(where="ear", what="it is deaf", mend="shout")
        self.heard.append(notice)

    def keys(self) -> list[list[str]]:
        return [[item.alert.key for item in one.items] for one in self.heard]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Deliveries]:
    with deliveries.opened(tmp_path / "watch") as log:
        yield log


def channel(ear: Ear, **rules: str) -> Channel:
    values = {key.name: key.default or "" for key in RULES} | {"digest": "0m", **rules}
    account = Account("alert.ear", values)
    return Channel("ear", ear, account, rules_of(account))


def alert(key: str, severity: Severity = Severity.HIGH) -> Alert:
    return Alert(key, severity, f"title {key}", "", NOW, name="Ann Example")


def hear(log: Deliveries, one: Channel, *alerts: Alert, at: int = NOW) -> str:
    waiting = Waiting(log, at)
    waiting.take_in(alerts)
    due = waiting.due(one)
    if due.alerts and not due.why:
        waiting.send(one, due, NONE, Door())
    return due.why


def test_an_alert_is_heard_once_however_often_it_comes(log: Deliveries) -> None:
    ear = Ear()
    for _ in range(3):
        hear(log, channel(ear), alert("a"), alert("b"))
    assert ear.keys() == [["a", "b"]]


def test_what_is_below_the_threshold_is_not_heard(log: Deliveries) -> None:
    ear = Ear()
    hear(log, channel(ear, at_least="critical"), alert("a"), alert("b", Severity.CRITICAL))
    assert ear.keys() == [["b"]]


def test_what_waits_for_the_digest_is_heard_together_later(log: Deliveries) -> None:
    ear = Ear()
    one = channel(ear, digest="15m")
    hear(log, one, alert("a"))
    assert hear(log, one, alert("b"), at=NOW + 60 * SECOND) == "the next digest is not due"
    hear(log, one, alert("c"), at=NOW + 61 * SECOND)
    hear(log, one, at=NOW + HOUR)
    assert ear.keys() == [["a"], ["b", "c"]]


def test_more_notices_than_wanted_wait_for_the_next_hour(log: Deliveries) -> None:
    ear = Ear()
    one = channel(ear, most_per_hour="2")
    for n in range(4):
        hear(log, one, alert(f"a{n}"), at=NOW + n)
    assert ear.keys() == [["a0"], ["a1"]]
    hear(log, one, at=NOW + HOUR + 10)
    assert ear.keys()[-1] == ["a2", "a3"]


def test_a_channel_that_fails_hears_it_the_next_time_under_the_same_number(
    log: Deliveries,
) -> None:
    ear = Ear(deaf=True)
    with pytest.raises(TargetFailed, match="it is deaf"):
        hear(log, channel(ear), alert("a"))
    before = log.find("alert:ear", "a")
    ear.deaf = False
    hear(log, channel(ear), at=NOW + 1)
    assert before is not None
    assert [item.number for item in ear.heard[0].items] == [before.number]


def test_names_are_not_kept_and_not_told_unless_wanted(log: Deliveries, tmp_path: Path) -> None:
    ear = Ear()
    hear(log, channel(ear), alert("a"))
    assert "Ann" not in ear.heard[0].text()
    for path in filter(Path.is_file, (tmp_path / "watch").rglob("*")):
        assert b"Ann" not in path.read_bytes()


def test_channels_are_the_tables_and_what_is_wrong_with_one_is_one_line() -> None:
    tables = {"alert": {"b": {"kind": "syslog-cef", "host": "h"}, "a": {"kind": "nothing"}}}
    with pytest.raises(AccountUnusable, match='no kind is called "nothing": take one of apprise'):
        channels(Accounts(None, tables, {}))
    del tables["alert"]["a"]
    assert [one.name for one in channels(Accounts(None, tables, {}))] == ["b"]


KILLED = """
import sys
from pathlib import Path
from gatewatch.model.moment import parse_moment
from gatewatch.watch import deliveries
from gatewatch.watch.accounts import Account, Accounts
from gatewatch.watch.alerts import RULES, Alert, Severity, rules_of
from gatewatch.watch.channels import Channel, Waiting
from gatewatch.watch.target import Door

NOW = parse_moment("2026-11-24T12:00:00Z")
class File:
    NAME, SENTENCE, KEYS = "file", "", ()
    def deliver(self, notice, account, accounts, door):
        with open(sys.argv[2], "a") as out:
            for item in notice.items:
                out.write(f"{item.alert.key} {item.number}\\n")

values = {key.name: key.default or "" for key in RULES}
account = Account("alert.f", values | {"digest": "0m", "most_per_hour": "999999"})
channel = Channel("f", File(), account, rules_of(account))
with deliveries.opened(Path(sys.argv[1])) as log:
    for n in range(int(sys.argv[3]), 10_000):
        waiting = Waiting(log, NOW + n)
        waiting.take_in([Alert(f"a{n}", Severity.HIGH, "t", "", NOW)])
        print(n, flush=True)
        due = waiting.due(channel)
        waiting.send(channel, due, Accounts(None, {}, {}), Door())
"""


def test_whatever_moment_a_process_is_killed_at_nothing_taken_in_is_lost(tmp_path: Path) -> None:
    """A repetition has the number of the first, so a receiver can tell."""
    out, start = tmp_path / "heard", 0
    for lines in (3, 8, 1):
        with subprocess.Popen(
            [sys.executable, "-P", "-c", KILLED, str(tmp_path / "watch"), str(out), str(start)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
            rest = process.stdout.read().split()
        start = int(rest[-1]) + 1 if rest else start + 1
    with deliveries.opened(tmp_path / "watch") as log:
        ear = Ear()
        account = Account("alert.f", dict(channel(ear).account.values))
        last = Channel("f", ear, account, rules_of(account))
        due = Waiting(log, NOW + start).due(last)
        if due.alerts:
            Waiting(log, NOW + start).send(last, due, NONE, Door())
    heard = [tuple(line.split()) for line in out.read_text().splitlines()]
    heard += [(item.alert.key, item.number) for one in ear.heard for item in one.items]
    assert {key for key, _ in heard} >= {f"a{n}" for n in range(start)}
    assert len({key for key, _ in heard}) == len(set(heard)), "one number for each alert"
