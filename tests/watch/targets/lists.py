"""What the tests of targets behind an interface have in common: open, act, undo."""

from collections.abc import Mapping
from pathlib import Path

from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.watch import actions
from gatewatch.watch.accounts import Account
from gatewatch.watch.actions import carry_out, planned, planned_undo
from gatewatch.watch.entries import Entry, Meaning, network_of
from gatewatch.watch.journal import Journal, Record
from gatewatch.watch.target import Door, Target
from gatewatch.watch.targets import targets

NOW = parse_moment("2026-11-24T10:00:00Z")
DAY = 86_400 * SECOND
SECRET = "s3cr3t-key"


class Hand:
    """Acts on one target with one account."""

    def __init__(self, name: str, folder: Path, values: Mapping[str, str]) -> None:
        self.target: Target = targets()[name]
        defaults = {key.name: key.default or "" for key in self.target.KEYS}
        self.account = Account(name, {**defaults, **values}, (SECRET,))
        self.journal = Journal(folder / "actions")
        self.waits: list[float] = []
        self.door = Door(self.waits.append, lambda: NOW / SECOND)

    def plan(self, *texts: str, meaning: Meaning = Meaning.STEP_UP, at: int = NOW) -> list[str]:
        """What a dry run says."""
        with self.target.opened(self.account, meaning, self.door) as place:
            entries = [Entry(network_of(one), at + DAY, "c-1") for one in texts]
            return list(planned(self.target, place, meaning, entries, self.journal, at).lines())

    def act(self, *texts: str, meaning: Meaning = Meaning.STEP_UP, at: int = NOW) -> Record:
        """The record of what was done."""
        with self.target.opened(self.account, meaning, self.door) as place:
            entries = [Entry(network_of(one), at + DAY, "c-1") for one in texts]
            plan = planned(self.target, place, meaning, entries, self.journal, at)
            return carry_out(plan, self.journal, at)

    def undo(self, record: Record, at: int = NOW + 1) -> Record:
        """The record in its new state."""
        with self.target.opened(self.account, record.where.meaning, self.door) as place:
            plan = planned_undo(place, record, self.journal, at)
            return actions.undo(plan, self.journal, record)
