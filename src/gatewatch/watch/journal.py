"""What was done to whom until when: one file an action, which is also its undo file.

    WATCH/actions/20261124T100000.000000Z-okta-step-up.json

A record is written before the first step and again after the last, each time whole, so a process
that is killed in between leaves one that says `begun` and can still be undone. What is on a list
because of us is the sum of all records in order, leaving out those that were undone; so undoing an
old one never takes away what a later one wants. One process acts at a time. Records tell where
people live: the folder is its owner's alone, and `forget` removes those whose time is long over.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gatewatch.model.errors import ActionUnknown, InputUnreadable
from gatewatch.model.moment import SECOND, iso, parse_moment
from gatewatch.store.durable import replace_file, writing
from gatewatch.store.lock import writer_lock
from gatewatch.watch.entries import Entry, IPNetwork, Meaning
from gatewatch.watch.folder import OWNER

__all__ = ["Journal", "Record", "Where"]

_VERSION = 1
_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A list: target, meaning, and the place's name."""

    target: str
    meaning: Meaning
    place: str


@dataclass(frozen=True, slots=True)
class Record:
    """One action; `at` is in microseconds since 1970 UTC."""

    id: str
    where: Where
    at: int
    state: str
    """`begun`, `done`, `half-done` or `undone`."""
    put: tuple[Entry, ...]
    """Added, or wanted until another time than before."""
    removed: tuple[Entry, ...]
    steps: int = 0
    done: int = 0

    def to_json(self) -> dict[str, object]:
        """As `Journal` reads it."""
        return {
            "version": _VERSION,
            "id": self.id,
            "target": self.where.target,
            "meaning": self.where.meaning.value,
            "list": self.where.place,
            "at": iso(self.at),
            "state": self.state,
            "put": [entry.to_json() for entry in self.put],
            "removed": [entry.to_json() for entry in self.removed],
            "steps": self.steps,
            "done": self.done,
            "undo": f"gatewatch watch actions undo {self.id}",
        }


@dataclass(slots=True)
class Journal:
    """The records below `folder`, which is made when the first is written."""

    folder: Path

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Holds the lock of the one who acts; raises WatchBusy or WatchUnwritable."""
        self._make()
        with writer_lock(self.folder, OWNER):
            yield

    def records(self) -> list[Record]:
        """All, the oldest first; raises InputUnreadable for a damaged one."""
        return [self._read(path) for path in sorted(self.folder.glob("*.json"))]

    def record(self, name: str) -> Record:
        """The record with this id; raises ActionUnknown."""
        for one in self.records():
            if one.id == name:
                return one
        raise ActionUnknown(where="watch actions", name=name)

    def standing(self, where: Where, *, without: str = "") -> dict[IPNetwork, Entry]:
        """What is on the list because of us, leaving out the action `without`."""
        found: dict[IPNetwork, Entry] = {}
        for record in self.records():
            if record.where != where or record.state == "undone" or record.id == without:
                continue
            for entry in record.removed:
                found.pop(entry.network, None)
            found |= {entry.network: entry for entry in record.put}
        return found

    def begin(
        self, where: Where, now: int, put: list[Entry], removed: list[Entry], steps: int
    ) -> Record:
        """Writes down what is about to be done."""
        stamp = iso(now).replace("-", "").replace(":", "").rstrip("Z")
        name = f"{stamp}.{now % SECOND:06d}Z-{where.target}-{where.meaning}"
        record = Record(name, where, now, "begun", tuple(put), tuple(removed), steps)
        self.write(record)
        return record

    def write(self, record: Record) -> None:
        """Makes the record durable, readable by its owner alone."""
        self._make()
        path = self.folder / f"{record.id}.json"
        text = json.dumps(record.to_json(), indent=1)
        beside = path.with_name(f".{path.name}.new")
        with writing(path, OWNER):
            # `replace_file` writes to this name: made first, so that nobody else may open it.
            beside.touch(mode=0o600)
            replace_file(path, text.encode())

    def advance(self, record: Record, state: str, done: int) -> Record:
        """The record in its next state, written down."""
        advanced = replace(record, state=state, done=done)
        self.write(advanced)
        return advanced

    def forget(self, before: int) -> int:
        """Removes records of which nothing stands and whose last entry ended before this moment."""
        records = self.records()
        standing = {where: self.standing(where) for where in {one.where for one in records}}
        gone = 0
        for record in records:
            entries = [*record.put, *record.removed]
            over = all(entry.until < before for entry in entries)
            if over and not standing[record.where].keys() & {entry.network for entry in entries}:
                (self.folder / f"{record.id}.json").unlink()
                gone += 1
        return gone

    def _make(self) -> None:
        with writing(self.folder, OWNER):
            # Each by itself: only the last one made gets the mode.
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)

    def _read(self, path: Path) -> Record:
        try:
            with path.open("rb") as stream:
                raw = stream.read(_LIMIT + 1)
            if len(raw) > _LIMIT:
                raise ValueError("too large")
            return _record(json.loads(raw))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputUnreadable(
                where=path,
                what="it is no record of an action",
                mend="restore it from a backup, or remove it and look at the target yourself",
            ) from None


def _record(raw: Mapping[str, Any]) -> Record:
    if raw["version"] != _VERSION:
        raise ValueError("of another version")
    return Record(
        str(raw["id"]),
        Where(str(raw["target"]), Meaning(raw["meaning"]), str(raw["list"])),
        parse_moment(raw["at"]),
        str(raw["state"]),
        tuple(map(Entry.from_json, raw["put"])),
        tuple(map(Entry.from_json, raw["removed"])),
        int(raw["steps"]),
        int(raw["done"]),
    )
