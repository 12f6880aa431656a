"""A provider with homes, routers, people and scans: the truth that the join has to find again.

In the dynamic network each home is given another address of the pool every day at an hour of its
own; in the lasting one it keeps its address. Everything is made up, by seed.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatewatch.model.address import Address, parse_address
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Place, Spoke
from gatewatch.model.signin import SignIn
from gatewatch.model.snapshot import Source
from gatewatch.pipeline.ingest import ingest_records

HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
START = parse_moment("2026-10-05T00:00:00Z")
DYNAMIC, LASTING = 64500, 64501


@dataclass(frozen=True)
class Home:
    """One customer: `changes_at` is the hour of renumbering, None for an address that lasts."""

    number: int
    changes_at: float | None
    kind: int | None
    """Which exposed router stands there; None: none answers."""
    person: str | None


class Provider:
    """The provider, its customers, and who of them works for the company."""

    def __init__(self, seed: int, *, homes: int, people: int, exposed: float, kinds: int) -> None:
        self.chance = random.Random(seed)
        self.homes = [self._home(number, people, exposed, kinds) for number in range(2 * homes)]
        self.pools: dict[tuple[int, float], dict[int, int]] = {}
        self.size = homes

    def _home(self, number: int, people: int, exposed: float, kinds: int) -> Home:
        lasting = number % 2 == 1
        person = f"person{number}@example.com" if number < 2 * people else None
        kind = self.chance.randrange(kinds) if self.chance.random() < exposed else None
        changes = None if lasting else float(self.chance.choice((2, 3, 4, 5)))
        return Home(number, changes, kind, person)

    def address(self, home: Home, at: int) -> Address:
        """The home's address at a moment."""
        if home.changes_at is None:
            return Address(None, parse_address("198.51.100.0").low + home.number)
        day = int((at - START - home.changes_at * HOUR) // DAY)
        pool = self.pools.get((day, home.changes_at))
        if pool is None:
            mine = [one.number for one in self.homes if one.changes_at == home.changes_at]
            # Each hour of renumbering has a range of its own, so that nobody shares an address.
            places = random.Random(f"{day} {home.changes_at}").sample(
                range(2 * len(mine)), len(mine)
            )
            pool = self.pools[day, home.changes_at] = dict(zip(mine, places, strict=True))
        start = parse_address("203.0.113.0").low + int(home.changes_at) * 65536
        return Address(None, start + pool[home.number])

    def scan(self, at: int, hours: int = 6) -> Iterator[Observation]:
        """What a scan sees that begins at a moment."""
        for home in self.homes:
            if home.kind is not None:
                seen = at + int(self.chance.random() * hours * HOUR)
                head = f"HTTP/1.1 401 Unauthorized\r\nServer: Router-{home.kind}/1.0\r\n\r\n"
                answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head.encode())
                place = Place("ZZ", DYNAMIC if home.changes_at is not None else LASTING, "Example")
                yield Observation(self.address(home, seen), 7547, seen, answer, place)

    def signins(self, days: int) -> Iterator[SignIn]:
        """Two to six sign-ins on each working day of each person."""
        for day in range(days):
            for home in self.homes:
                if home.person is None or day % 7 >= 5:
                    continue
                for _ in range(self.chance.randint(2, 6)):
                    at = START + day * DAY + int(self.chance.uniform(7, 20) * HOUR)
                    yield SignIn(home.person, self.address(home, at), at, "okta")

    def exposed_people(self) -> set[str]:
        """The truth."""
        return {one.person for one in self.homes if one.person and one.kind is not None}


def store_scan(lake: Path, seen: Iterable[Observation]) -> None:
    """Makes a snapshot of what a scan saw."""
    ingest_records(lake, seen, Source("test", ("made up",)))
