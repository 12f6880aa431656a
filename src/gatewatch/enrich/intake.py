"""A file of network data, read into a table.

`read_file` finds the format, unpacks gzip, and gives sorted, disjoint ranges. What is wrong with
single lines is counted, and the first few are kept; what is wrong with the file as a whole raises,
so that a broken file never takes a good table's place.
"""

import errno
import gzip
import re
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gatewatch.enrich.countries import pack
from gatewatch.enrich.flatten import Spans, flatten
from gatewatch.enrich.read import Reader, readers
from gatewatch.enrich.rows import About, Row
from gatewatch.enrich.unpack import archive, unpacked
from gatewatch.model.errors import InputUnreadable, NothingUsable
from gatewatch.model.hostile import shown
from gatewatch.model.observation import Rejected

__all__ = ["Intake", "named_date", "plain_name", "read_file"]

_HEAD = 64 * 1024
# MMDB metadata begins within the last 128 KiB (MaxMind DB File Format Specification 2.0).
_TAIL = 128 * 1024
# Published tables have up to four million ranges.
_MOST_ROWS = 10_000_000
_PATIENCE = 10_000
_SHOWN = 5

_MENDS = {
    errno.ENOENT: "check its name",
    errno.ENOTDIR: "check its name",
    errno.EISDIR: "give a file in it",
    errno.EACCES: "make it readable for you",
    errno.ENOSPC: "free space for temporary files, or set TMPDIR",
}
_ENDINGS = re.compile(r"(?:\.(?:gz|tar|tgz|csv|tsv|txt|mmdb))+$")
_DATE = re.compile(r"[-_.]?(20\d\d)-?(0[1-9]|1[0-2])(?:-?([0-2]\d|3[01]))?$")
_LATEST = re.compile(r"[-_.]latest$")
_FOREIGN = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Intake:
    """What a file came to."""

    format: str
    sha256: str
    about: About
    spans4: Spans
    spans6: Spans
    names: Mapping[int, str]
    """Names of autonomous systems."""
    rows: int
    """Lines or records that said something."""
    rejected: int
    first_rejected: tuple[Rejected, ...]


def read_file(
    path: Path, watch: Callable[[int], None] | None = None, *, called: str | None = None
) -> Intake:
    """The table in the file at `path`; `watch` is told now and then how many rows are read.

    Errors call the file `called`, else by its path. Raises InputUnreadable and NothingUsable.
    """
    where = called or str(path)
    gathered = _Gathered(where)
    with _reading(where), unpacked(path) as (plain, sha256):
        reader = _reader_of(where, plain)
        about = reader.about(plain)
        for number, row in enumerate(reader.read(plain)):
            gathered.add(row)
            if watch is not None and not number % 8192:
                watch(number)
    gathered.require_some()
    return Intake(
        format=reader.NAME,
        sha256=sha256,
        about=about,
        spans4=flatten(gathered.sides[4].spans()),
        spans6=flatten(gathered.sides[6].spans()),
        names=gathered.names,
        rows=gathered.rows,
        rejected=gathered.rejected,
        first_rejected=tuple(gathered.first_rejected),
    )


def plain_name(path: Path) -> str:
    """The name of a file without its ending and date: next month's file has the same one."""
    stem = _LATEST.sub("", _DATE.sub("", _ENDINGS.sub("", path.name.lower())))
    return _FOREIGN.sub("-", stem).strip("._-")[:64] or "table"


def named_date(path: Path) -> str | None:
    """The date in a file's name, as `2026-11-24` or `2026-11`."""
    match = _DATE.search(_ENDINGS.sub("", path.name.lower()))
    return "-".join(filter(None, match.groups())) if match else None


class _Side(NamedTuple):
    """Rows of one address family, by columns."""

    first_high: "array[int]"
    first_low: "array[int]"
    last_high: "array[int]"
    last_low: "array[int]"
    asn: "array[int]"
    country: "array[int]"

    def spans(self) -> Spans:
        first_high, first_low, last_high, last_low = (
            np.array(column, dtype=np.uint64) for column in self[:4]
        )
        asn, country = np.array(self.asn, np.int64), np.array(self.country, np.int32)
        return Spans(first_high, first_low, last_high, last_low, asn, country)


def _side() -> _Side:
    return _Side(array("Q"), array("Q"), array("Q"), array("Q"), array("q"), array("i"))


@dataclass(slots=True)
class _Gathered:
    """Rows as they come, within limits."""

    where: str
    sides: dict[int, _Side] = field(default_factory=lambda: {4: _side(), 6: _side()})
    names: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    rejected: int = 0
    first_rejected: list[Rejected] = field(default_factory=list)

    def add(self, row: Row | Rejected) -> None:
        if isinstance(row, Rejected):
            self._reject(row)
            return
        self.rows += 1
        if self.rows > _MOST_ROWS:
            raise ValueError(f"it has more than {_MOST_ROWS:,} ranges")
        side, low = self.sides[row.family], (1 << 64) - 1
        side.first_high.append(row.first >> 64)
        side.first_low.append(row.first & low)
        side.last_high.append(row.last >> 64)
        side.last_low.append(row.last & low)
        side.asn.append(row.asn or 0)
        side.country.append(pack(row.country))
        if row.asn and row.as_name:
            self.names.setdefault(row.asn, row.as_name)

    def require_some(self) -> None:
        """Raises when nothing came of the file."""
        if self.rows:
            return
        if self.rejected:
            raise NothingUsable(
                where=self.where, rejected=self.rejected, first=_told(self.first_rejected[0])
            )
        raise InputUnreadable(
            where=self.where,
            what="it names no country and no network of any address",
            mend="give a table that has one of them",
        )

    def _reject(self, row: Rejected) -> None:
        self.rejected += 1
        if len(self.first_rejected) < _SHOWN:
            self.first_rejected.append(row)
        if self.rejected > max(_PATIENCE, self.rows):
            first = _told(self.first_rejected[0])
            raise ValueError(f"{self.rejected:,} lines are wrong, most of all (first: {first})")


def _told(rejected: Rejected) -> str:
    return f"{rejected.where}, {rejected.reason}"


def _reader_of(where: str, plain: Path) -> Reader:
    """The reader that knows the file `plain`, which the user calls `where`."""
    with plain.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(max(0, plain.stat().st_size - _TAIL))
        tail = stream.read(_TAIL)
    if not head.strip():
        raise InputUnreadable(where=where, what="it is empty", mend="download it again")
    # Before the readers: an archive of a table has the table's first or last bytes in it.
    if packed := archive(head):
        raise InputUnreadable(where=where, what=packed, mend="unpack it and give the table in it")
    for reader in readers().values():
        if reader.sniff(head, tail):
            return reader
    raise InputUnreadable(
        where=where,
        what=f'no network data begins with "{shown(head[:40].splitlines()[0])}"',
        mend=f"known formats are {', '.join(readers())}",
    )


@contextmanager
def _reading(where: str) -> Iterator[None]:
    """Turns what goes wrong in reading `where` into one line."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error):
        what, mend = "its gzip stream is damaged", "download it again"
    except OSError as error:
        what = error.strerror or str(error)
        mend = _MENDS.get(error.errno or 0, "see the disk and the system's log")
    except ValueError as error:
        what, mend = str(error), "download it again, or give another table"
    else:
        return
    raise InputUnreadable(where=where, what=what, mend=mend)
