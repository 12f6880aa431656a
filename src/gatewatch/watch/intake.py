"""From a log to sign-ins: unpack, recognise, read; what gives none is counted or kept beside.

One person's requests to a web server, and one program's refreshed tokens, are thousands an hour
and all say the same: of each person and address one in a quarter of an hour goes on.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gatewatch.formats.compression import open_plain
from gatewatch.model.moment import SECOND
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.claiming import named_source, source_for
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed
from gatewatch.watch.sources import Record

if TYPE_CHECKING:
    from io import TextIOWrapper

    from gatewatch.model.address import Address

__all__ = ["Rejects", "Thinned", "Told", "log_signins", "told_of"]

_QUARTER = 900 * SECOND
_OFTEN = frozenset({Kind.WEB, Kind.REFRESH})
_REMEMBERED = 1 << 18


@dataclass
class Told:
    """What a log told, beside its sign-ins."""

    records: int = 0
    failures: int = 0
    """Failed attempts, which go on as sign-ins do."""
    passed: "Counter[str]" = field(default_factory=Counter)
    rejected: int = 0
    first_rejected: str = ""
    damage: list[tuple[str, str]] = field(default_factory=list)
    """Inputs that broke off, with the reason."""
    sources: "Counter[str]" = field(default_factory=Counter)
    """Sign-ins by the log that they are from."""

    def add(self, other: "Told") -> None:
        """Counts what `other` counted, too."""
        self.records += other.records
        self.failures += other.failures
        self.passed.update(other.passed)
        self.rejected += other.rejected
        self.first_rejected = self.first_rejected or other.first_rejected
        self.damage += other.damage
        self.sources.update(other.sources)


class Rejects:
    """Keeps rejected records in a file beside the log, readable by its owner alone.

    The file is made with the first of them and takes its name only when everything went well;
    where it cannot be made, records are counted and not kept.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._beside = path and path.with_name(f".{path.name}.{os.getpid()}")
        self._file: TextIOWrapper | None = None
        self.kept = 0

    def __enter__(self) -> Self:
        return self

    def keep(self, rejected: Rejected) -> None:
        """Writes one record, if there is a place for it."""
        if self._beside is not None and self._file is None:
            try:
                handle = os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            except OSError:
                self._beside = None
                return
            self._file = os.fdopen(handle, "w", encoding="ascii")
        if self._file is not None:
            raw = rejected.raw
            try:
                line = {"raw": raw.decode()}
            except UnicodeDecodeError:
                line = {"raw_hex": raw.hex()}
            reason = {"where": rejected.where, "reason": rejected.reason}
            self._file.write(json.dumps({**reason, **line}) + "\n")
            self.kept += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None or self._beside is None or self.path is None:
            return
        self._file.close()
        if kind is None:
            self._beside.replace(self.path)
        with suppress(OSError):
            self._beside.unlink(missing_ok=True)


class Thinned:
    """Passes over what says the same again within a quarter of an hour."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Address, str], int] = {}

    def repeats(self, signin: SignIn) -> bool:
        """Whether one like it has gone on in the same quarter of an hour."""
        if signin.kind not in _OFTEN or signin.outcome is Outcome.FAILURE:
            return False
        key, quarter = (signin.user, signin.address, signin.source), signin.at // _QUARTER
        if self._seen.get(key) == quarter:
            return True
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[key] = quarter
        return False


def log_signins(given: Given, source: str | None, told: Told, rejects: Rejects) -> Iterator[SignIn]:
    """The sign-ins of the file `given.name` (`-`: standard input), of the named source or any.

    Raises InputUnreadable, EmptyInput, LogUnknown, LogIncomplete, BadArguments.
    """
    with open_plain(given.name) as plain:
        chosen = named_source(source) if source else source_for(plain.head(), given.name)
        yield from told_of(chosen.read(plain.stream, given), told, rejects)
        if plain.damage:
            told.damage.append((given.name, plain.damage))


def told_of(records: Iterable[Record], told: Told, rejects: Rejects) -> Iterator[SignIn]:
    """The sign-ins among `records`; everything is counted in `told`."""
    thinned = Thinned()
    for record in records:
        told.records += 1
        if isinstance(record, SignIn):
            if thinned.repeats(record):
                told.passed[Passed.REPEATED] += 1
                continue
            told.sources[record.source] += 1
            told.failures += record.outcome is Outcome.FAILURE
            yield record
        elif isinstance(record, Passed):
            told.passed[record] += 1
        else:
            told.rejected += 1
            told.first_rejected = told.first_rejected or f"{record.where}, {record.reason}"
            rejects.keep(record)
