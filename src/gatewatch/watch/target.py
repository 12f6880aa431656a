"""What a target is: a change of a list, the steps that make it, and the list they are done to.

A step says in one line exactly what it does, and does nothing until `do` is called: a dry run and
the real one are the same lines.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from gatewatch.formats.limits import Limit
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.entries import Entry, IPNetwork, Meaning

__all__ = ["Change", "Door", "Place", "Step", "Target", "in_order"]


@dataclass(frozen=True, slots=True)
class Change:
    """From what a list holds to what it is to hold; `now` is in microseconds since 1970 UTC.

    `wanted` has None for networks that somebody else put there, which stay as they are.
    """

    held: frozenset[IPNetwork]
    wanted: Mapping[IPNetwork, Entry | None]
    renewed: frozenset[IPNetwork]
    """Held already, and wanted until another time."""
    now: int

    @property
    def added(self) -> list[IPNetwork]:
        """In order: IPv4 first."""
        return in_order(self.wanted.keys() - self.held)

    @property
    def removed(self) -> list[IPNetwork]:
        """In order: IPv4 first."""
        return in_order(self.held - self.wanted.keys())

    @property
    def is_nothing(self) -> bool:
        """Whether the list is as it is to be."""
        return not self.renewed and self.wanted.keys() == self.held

    def told(self) -> str:
        """`2 new, 1 gone, 9 in all`."""
        words = [
            (len(self.added), "new"),
            (len(self.renewed), "renewed"),
            (len(self.removed), "gone"),
        ]
        said = [f"{count:,} {word}" for count, word in words if count]
        return ", ".join([*said, f"{len(self.wanted):,} in all"])


class Step(NamedTuple):
    """One thing that is done as a whole or not at all."""

    says: str
    do: Callable[[], None]


class Door(NamedTuple):
    """What the outside world is to a target: how to wait, and what time it is (epoch seconds)."""

    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time


class Place(Protocol):
    """One list at one target."""

    @property
    def name(self) -> str:
        """Where it is, for people: a file, or a list at a server."""

    def held(self) -> frozenset[IPNetwork]:
        """What it holds now, whoever put it there; raises TargetFailed or InputUnreadable."""

    def steps(self, change: Change) -> Sequence[Step]:
        """What has to be done, in order."""


class Target(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str
    MEANINGS: Mapping[Meaning, str]
    KEYS: tuple[Key, ...]
    EXPIRES: bool

    def limit(self, meaning: Meaning) -> Limit:
        """What one list holds."""

    def unfit(self, entry: Entry, now: int) -> str:
        """Why the product cannot take this entry; empty: it can."""

    def opened(
        self, account: Account, meaning: Meaning, door: Door
    ) -> AbstractContextManager[Place]:
        """Our list; nothing is changed by opening it."""


def in_order(networks: Iterable[IPNetwork]) -> list[IPNetwork]:
    """IPv4 before IPv6, each by number."""
    return sorted(networks, key=lambda one: (one.version, int(one.network_address), one.prefixlen))
