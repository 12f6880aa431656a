"""CSV rows as fields by name, in bounded memory, through stray quotes and cut files.

`rows` reads by the names in the header, never by position; a second header (files appended to
each other, members of a ZIP) begins a table of its own. A quoted field may hold line breaks, up
to 32 lines and 64 KiB a row. A quote that never closes costs its own line and no other: the lines
after it are read anew. Bytes that are no UTF-8 stay as surrogates (`surrogateescape`), so that
nothing is lost. Never raises. Grammar: RFC 4180, with bare LF.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from gatewatch.formats.lines import RAW_KEPT, TOO_LONG, lines
from gatewatch.model.observation import Rejected

__all__ = ["Row", "rows"]

_MOST_LINES = 32
_LONGEST = 64 * 1024

Line = tuple[int, bytes]


class Row(NamedTuple):
    """One row and where it stood."""

    line: int
    raw: bytes
    fields: dict[str, str]

    def rejected(self, reason: str) -> Rejected:
        """This row as one that could not be used."""
        return Rejected(f"line {self.line}", reason, self.raw[:RAW_KEPT])


def rows(stream: BinaryIO, is_header: Callable[[list[str]], bool]) -> Iterator[Row | Rejected]:
    """Every row below a header, in order; blank lines are passed over."""
    header: list[str] = []
    waiting: deque[Line] = deque()
    source = _whole_lines(stream)
    while taken := _row_lines(waiting, source):
        if isinstance(taken, Rejected):
            yield taken
            continue
        number, raw = taken[0][0], b"\n".join(line for _, line in taken)
        values = _values(raw)
        if values and is_header(values):
            header = [name.strip() for name in values]
        elif values is not None and len(values) == len(header):
            yield Row(number, raw, dict(zip(header, values, strict=True)))
        else:
            yield Rejected(f"line {number}", _reason(values, header), taken[0][1][:RAW_KEPT])
            waiting.extendleft(reversed(taken[1:]))


def _whole_lines(stream: BinaryIO) -> Iterator[Line | Rejected]:
    for number, line, whole in lines(stream):
        if not whole:
            yield Rejected(f"line {number}", TOO_LONG, line)
        elif line.strip():
            yield number, line


def _row_lines(
    waiting: deque[Line], source: Iterator[Line | Rejected]
) -> list[Line] | Rejected | None:
    """The lines of the next row: as many as it takes until every quote is closed.

    Quotes inside a field are doubled, so their number is even where a row ends. When no end
    comes, the first line is a row alone, and the others wait.
    """
    taken: list[Line] = []
    quotes = size = 0
    while len(taken) < _MOST_LINES and size < _LONGEST:
        line = waiting.popleft() if waiting else next(source, None)
        if line is None:
            break
        if isinstance(line, Rejected):
            waiting.extendleft(reversed(taken))
            return line
        taken.append(line)
        quotes += line[1].count(b'"')
        size += len(line[1])
        if quotes % 2 == 0:
            return taken
    waiting.extendleft(reversed(taken[1:]))
    return taken[:1] or None


def _values(raw: bytes) -> list[str] | None:
    """The row's values, None when it is no CSV."""
    text = raw.decode("utf-8", "surrogateescape")
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True), None)
    except csv.Error:
        return None


def _reason(values: list[str] | None, header: list[str]) -> str:
    if not header:
        return "stands before any header"
    if values is None:
        return "a quote that does not close, or stands where none may"
    return f"{len(values)} columns where the header names {len(header)}"
