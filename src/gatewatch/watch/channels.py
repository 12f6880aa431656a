"""Channels of alerts: a table `[alert.NAME]` each, what waits for it, and what is due.

    waiting = Waiting(log, now)
    waiting.take_in(alerts)                 # durable before anything is sent
    due = waiting.due(channel)              # what it has not heard; `why` it has to wait
    waiting.send(channel, due, accounts, door)

An alert is written down as begun before it is sent and as done after. Whatever is killed in between
is sent again under the same number (at least once).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from gatewatch.model.errors import AccountUnusable
from gatewatch.model.moment import SECOND
from gatewatch.watch.accounts import Account, Accounts, Key
from gatewatch.watch.alerts import RULES, Alert, Rules, Severity, alert_of, rules_of, why_waiting
from gatewatch.watch.deliveries import Deliveries
from gatewatch.watch.notice import Item, Notice, Notifier, notice_of
from gatewatch.watch.notifiers import notifiers
from gatewatch.watch.target import Door

__all__ = ["Channel", "Due", "Waiting", "channels", "test_notice"]

_KIND = Key("kind", "what it is")
# A channel that is new, or was away, hears of the last days and not of a year.
_DAYS = 7
_MOST = 500
_HOUR = 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Channel:
    """One table `[alert.NAME]`."""

    name: str
    notifier: Notifier
    account: Account
    rules: Rules


@dataclass(frozen=True, slots=True)
class Due:
    """What a channel has not heard yet, and why it has to wait; empty: it does not."""

    alerts: list[Alert]
    why: str = ""


def channels(accounts: Accounts) -> list[Channel]:
    """The channels, by name; raises AccountUnusable."""
    found = []
    for name in accounts.tables_of("alert"):
        table = f"alert.{name}"
        kind = accounts.value(table, _KIND)
        notifier = notifiers().get(kind)
        if notifier is None:
            mend = f"take one of {', '.join(notifiers())}"
            raise AccountUnusable(where=f"[{table}]", what=f'no kind is called "{kind}"', mend=mend)
        account = accounts.account(table, (_KIND, *RULES, *notifier.KEYS))
        found.append(Channel(name, notifier, account, rules_of(account)))
    return found


def test_notice(now: int) -> Notice:
    """What `watch alert test` sends."""
    text = "This is a test; nothing happened."
    alert = Alert(f"test-{now}", Severity.LOW, "Test of an alert channel", text, now, "test")
    return notice_of([Item(alert, f"test-{now}")], names=False)


class Waiting:
    """The alerts that were taken in, and who has heard of them."""

    def __init__(self, log: Deliveries, now: int) -> None:
        self._log, self._now = log, now

    def take_in(self, alerts: Iterable[Alert]) -> None:
        """Makes them durable, without the person; one that is known stays as it was."""
        for alert in alerts:
            self._log.keep(alert.key, self._now, json.dumps({**alert.to_json(), "person": ""}))

    def due(self, channel: Channel, fresh: Iterable[Alert] = ()) -> Due:
        """What this channel is to hear; `fresh` count as taken in and bring their names."""
        since = self._now - _DAYS * 86_400 * SECOND
        known = {one.key: one for one in map(_alert, self._log.kept(since))}
        for alert in fresh:
            known[alert.key] = alert
        waiting = [
            one
            for one in known.values()
            if one.severity >= channel.rules.at_least and not self._is_done(channel, one)
        ][:_MOST]
        if not waiting:
            return Due([])
        place = self._place(channel)
        last = self._log.last(place)
        hour = self._log.sent_since(f"{place}:notice", self._now - _HOUR)
        return Due(waiting, why_waiting(waiting, channel.rules, self._now, last, hour))

    def send(self, channel: Channel, due: Due, accounts: Accounts, door: Door) -> int:
        """Sends them as one notice; how many alerts. Raises TargetFailed or AccountUnusable."""
        place, items = self._place(channel), []
        for alert in due.alerts:
            begun = self._log.begin(place, alert.key, self._now)
            if begun is not None:
                items.append(Item(alert, begun.number))
        if not items:
            return 0
        notice = notice_of(items, names=channel.rules.names)
        channel.notifier.deliver(notice, channel.account, accounts, door)
        self._log.finish(place, [one.alert.key for one in items], self._now)
        self._log.begin(f"{place}:notice", notice.number, self._now)
        self._log.finish(f"{place}:notice", [notice.number], self._now)
        return len(items)

    def _is_done(self, channel: Channel, alert: Alert) -> bool:
        found = self._log.find(self._place(channel), alert.key)
        return found is not None and found.done is not None

    @staticmethod
    def _place(channel: Channel) -> str:
        return f"alert:{channel.name}"


def _alert(text: str) -> Alert:
    return alert_of(json.loads(text))
