"""What a notifier is given: alerts that go out together, in words that are safe anywhere.

Every text here is one line of visible characters already; each notifier escapes what else its own
form gives a meaning.
"""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from gatewatch.model.hostile import shown
from gatewatch.model.moment import iso
from gatewatch.watch.accounts import Account, Accounts, Key
from gatewatch.watch.alerts import Alert
from gatewatch.watch.target import Door

__all__ = ["Item", "Notice", "Notifier", "notice_of"]


@dataclass(frozen=True, slots=True)
class Item:
    """One alert; `number` is the same each time it is tried at this channel."""

    alert: Alert
    number: str

    def line(self) -> str:
        """Severity, title, text and what they are about."""
        one = self.alert
        about = [f"case {one.case}" if one.case else "", one.address, one.name or one.person]
        words = [f"[{one.severity.name.lower()}]", one.title, one.text and f"- {one.text}"]
        told = ", ".join(filter(None, about))
        return " ".join(filter(None, [*words, f"({told})" if told else "", iso(one.at)]))


@dataclass(frozen=True, slots=True)
class Notice:
    """Alerts that go out together, the worst first, at least one."""

    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        """One line for a subject."""
        worst = self.items[0].alert
        if len(self.items) == 1:
            return f"gatewatch: {worst.title}"
        return f"gatewatch: {len(self.items)} alerts, the worst {worst.severity.name.lower()}"

    @property
    def number(self) -> str:
        """The same for the same alerts at the same channel, by which a receiver knows it."""
        return sha256("\n".join(sorted(one.number for one in self.items)).encode()).hexdigest()[:32]

    def text(self) -> str:
        """One line an alert."""
        return "\n".join(one.line() for one in self.items)


class Notifier(Protocol):
    """The shape of a module in `notifiers`."""

    NAME: str
    SENTENCE: str
    KEYS: tuple[Key, ...]

    def deliver(self, notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
        """Hands the notice over; raises TargetFailed or AccountUnusable."""


def notice_of(items: list[Item], *, names: bool) -> Notice:
    """The notice, in safe words, with or without names of people."""
    worst_first = sorted(items, key=lambda one: (-one.alert.severity, one.alert.at, one.alert.key))
    return Notice(tuple(Item(_safe(one.alert, names=names), one.number) for one in worst_first))


def _safe(alert: Alert, *, names: bool) -> Alert:
    return replace(
        alert,
        title=shown(alert.title, 200),
        text=shown(alert.text, 500),
        kind=shown(alert.kind, 60),
        case=shown(alert.case, 64),
        person=shown(alert.person, 80),
        name=shown(alert.name, 100) if names else "",
    )
