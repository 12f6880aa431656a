"""Entries written into one file, or into numbered ones where a file holds so many: all or none.

Each is written beside its place and renamed when all are complete. What does not fit is refused
before anything is in its place; nothing is ever left out.
"""

import argparse
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Generic, TextIO, TypeVar

from gatewatch.cli.output import STDOUT, opened
from gatewatch.model.errors import FormatUnfit

if TYPE_CHECKING:
    from gatewatch.formats.limits import Limit

__all__ = ["Part", "too_many", "write_parts"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One written file."""

    name: str
    """As the user may type it, or `standard output`."""
    entries: int


class _Counted(Generic[T]):
    """Hands entries on and counts them."""

    def __init__(self, entries: Iterable[T]) -> None:
        self._entries = entries
        self.count = 0

    def __iter__(self) -> Iterator[T]:
        for entry in self._entries:
            self.count += 1
            yield entry


def write_parts(
    entries: Iterator[T],
    limit: "Limit | None",
    args: argparse.Namespace,
    write: Callable[[Iterable[T], int, TextIO], None],
) -> list[Part]:
    """Writes `entries` to `args.output` by `write(entries, number, out)`; none: nothing at all.

    Raises FormatUnfit when `limit` forbids it, OutputUnwritable; files are then as they were.
    """
    first = next(entries, None)
    if first is None:
        return []
    entries = chain([first], entries)
    if limit is None:
        counted = _Counted(entries)
        with opened(args.output, utf8=True) as out:
            write(counted, 1, out)
        return [Part(_said(args.output), counted.count)]
    with TemporaryDirectory(prefix="gatewatch-") as folder:
        return _in_parts(entries, limit, args, write, Path(folder))


def _in_parts(
    entries: Iterator[T],
    limit: "Limit",
    args: argparse.Namespace,
    write: Callable[[Iterable[T], int, TextIO], None],
    folder: Path,
) -> list[Part]:
    counts: list[int] = []
    for _, chunk in groupby(entries, _Place(limit, args.format)):
        number = len(counts) + 1
        if number > 1 and args.output == STDOUT:
            raise FormatUnfit(
                where=args.format,
                what=f"this is more than one file holds, since {limit.because}",
                mend="add -o FILE, and as many numbered files as it takes are written",
            )
        counted = _Counted(chunk)
        with (folder / str(number)).open("w", encoding="utf-8", newline="") as out:
            write(counted, number, out)
        counts.append(counted.count)
    names = _names(args.output, len(counts))
    with ExitStack() as stack:
        # Only when all of them are complete, each takes its place.
        for number, name in enumerate(names, 1):
            source = stack.enter_context((folder / str(number)).open(encoding="utf-8", newline=""))
            shutil.copyfileobj(source, stack.enter_context(opened(name, utf8=True)))
    return [Part(_said(name), count) for name, count in zip(names, counts, strict=True)]


def too_many(name: str, limit: "Limit") -> FormatUnfit:
    """The refusal of more than `limit.total` by the format `name`."""
    return FormatUnfit(
        where=name,
        what=f"the query finds more than {limit.total:,}, and {limit.because}",
        mend="narrow the query, for example by asn:, country: or risk.band:",
    )


class _Place:
    """For each entry the number of its file and its family; refuses what is beyond the limit."""

    def __init__(self, limit: "Limit", name: str) -> None:
        self._limit, self._name = limit, name
        self._total = self._inside = self._file = 0
        self._six = False

    def __call__(self, entry: object) -> int:
        self._total += 1
        if self._limit.total is not None and self._total > self._limit.total:
            raise too_many(self._name, self._limit)
        six = self._limit.apart and ":" in str(entry)
        if self._inside == self._limit.entries or six != self._six:
            self._file += 1
            self._inside = 0
            self._six = six
        self._inside += 1
        return self._file


def _names(target: str, parts: int) -> list[str]:
    if parts == 1:
        return [target]
    path = Path(target)
    stem, dot, ending = path.name.partition(".")
    return [str(path.with_name(f"{stem}-{number}{dot}{ending}")) for number in range(1, parts + 1)]


def _said(target: str) -> str:
    return "standard output" if target == STDOUT else target
