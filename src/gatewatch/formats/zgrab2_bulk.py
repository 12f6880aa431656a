"""Known zgrab2 lines, found by the thousand: numpy finds the places, Python compares the text.

A line of a known template is, from its address on: `before`, a Date, `middle`, a nonce, `rest`,
and how the scan echoes its request. What a device said in between has thousands of forms, but
where Date and nonce stand is decided by few: by the length of it all, by its last bytes, which
hold the length of the body, and by the punctuation of what precedes them, which no nonce in
hexadecimal digits changes. These give a number; the number gives layouts; the `middle` that stands
where a layout says so gives the one template that the line may have. Then every byte of it is
compared, so a number that two texts share costs time and never a wrong answer.

Each column of places is computed for all lines of a run at once; a search in each line would
cost more than everything else together.
"""

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from gatewatch.formats.byte_columns import (
    DEEP,
    TAIL,
    Bytes,
    Ints,
    dates_change,
    keys_of,
    nonces_change,
    rows,
    same,
    stands,
)

__all__ = ["DATE_LENGTH", "STAMP_LENGTH", "START", "Echo", "Hits", "Index", "Ints"]

START = b'{"ip":"'
# 2026-11-20T03:14:07Z; other forms of time are found by searching.
STAMP_LENGTH = 20
DATE_LENGTH = 29


_Parts = tuple[bytes, bytes, int | None, bytes]
"""`before`, `middle`, the length of the nonce (None: there is none), `rest`."""

_MOST = 64_000
# Several layouts or templates with one number: rare, and each costs a look.
_MOST_EACH = 8
_SHORTEST_IP, _LONGEST_IP = 7, 15
_IP_WIDTH = 16
_SAMPLE_DATE = b"Fri, 20 Nov 2026 00:00:00 GMT"


class Echo(NamedTuple):
    """How a scan's lines end: the request as zgrab2 echoes it, and the time."""

    between: bytes
    """From one echo of the address to the other."""
    after: bytes
    """From the second echo to the time."""
    end: bytes
    """From the time to the end of the line."""
    name: bytes
    """Stands for these three in templates, since a device may have said some of it."""


class Hits(NamedTuple):
    """What a run of lines came to: three columns for the lines whose template was known."""

    places: Ints
    """Which lines these are, counted from the first of the run."""
    entries: Ints
    ips: Bytes
    """Addresses as written, a row each, filled up with zero bytes."""
    stamps: Bytes
    """Times as written, a row each."""


class _Lines(NamedTuple):
    """Lines that end as the scan's lines do, as columns of offsets."""

    places: Ints
    start: Ints
    """Behind the address."""
    echo: Ints
    """Where the request's echo begins."""
    ips: Bytes
    stamp: Ints


class _Where(NamedTuple):
    """Where things stand, counted from the end of the address."""

    total: int
    """Up to the echo."""
    middle: int
    nonce: int
    rest: int


_Layout = tuple[_Where, dict[bytes, tuple[bytes, bytes, int]]]
"""By `middle`: `before`, `rest` and the template's place in the index's columns."""


class _Known(NamedTuple):
    """A template with a long end, in one piece, and the next one that has its number.

    A scan knows so many that each look at one of its parts is a look into cold memory.
    """

    total: int
    middle_at: int
    rest_at: int
    before: bytes
    middle: bytes
    rest: bytes
    place: int
    other: "_Known | None"


class Index:
    """The templates of lines that end like `echo`, each with a number the user gives (`entry`)."""

    def __init__(self, echo: Echo) -> None:
        self.echo = echo
        self._known: dict[int, _Known] = {}
        self._layouts: dict[int, list[_Layout]] = {}
        # Equal parts and numbers are kept once, so that they stay in the processor's cache.
        self._shared: dict[Any, Any] = {}
        self._waiting: dict[_Parts, int] = {}
        # Of each template: its entry, where its Date begins (-1: none), where its nonce begins
        # and how long that is (0: none).
        self._entries, self._dates = array("q"), array("q")
        self._nonces, self._sizes = array("q"), array("q")

    def add(self, before: bytes, middle: bytes, size: int | None, rest: bytes, entry: int) -> None:
        """Remembers a template.

        Without a Date `before` is empty; without a nonce `size` is None and `rest` empty.
        """
        self._waiting[before, middle, size, rest] = entry

    def hits(self, text: bytes, starts: Ints, ends: Ints) -> Hits:
        """The lines of `text` between these offsets whose template is known."""
        data = np.frombuffer(text, dtype=np.uint8)
        self._settle()
        if not self._entries:
            starts = ends = starts[:0]
        lines = self._regular(data, starts, ends)
        found = np.array(self._compare(text, data, lines), dtype=np.int64)
        good = np.flatnonzero(found >= 0)
        found, start = found[good], lines.start[good]
        dates, nonces, sizes = self._column(self._dates, found), self._nonces, self._sizes
        sound = dates_change(data, start + dates, dates >= 0)
        sound &= nonces_change(
            data, start + self._column(nonces, found), self._column(sizes, found)
        )
        good, found = good[sound], found[sound]
        return Hits(
            lines.places[good],
            self._column(self._entries, found),
            lines.ips[good],
            rows(data, lines.stamp[good], STAMP_LENGTH),
        )

    def _column(self, column: "array[int]", which: Ints) -> Ints:
        taken: Ints = np.frombuffer(column, dtype=np.int64)[which] if column else which
        return taken

    def _regular(self, data: Bytes, starts: Ints, ends: Ints) -> _Lines:
        """The lines that begin with an address and end with its two echoes and a time."""
        between, after, end, _ = self.echo
        fixed = len(between) + len(after) + STAMP_LENGTH + len(end)
        least = len(START) + 3 * _IP_WIDTH + fixed + TAIL
        places = np.flatnonzero(ends - starts >= least)
        starts, ends = starts[places], ends[places]
        quote = rows(data, starts + len(START), _IP_WIDTH) == ord('"')
        size = quote.argmax(axis=1)
        stamp = ends - (STAMP_LENGTH + len(end))
        second = stamp - len(after) - size
        echo = second - len(between) - size
        inside = np.arange(_IP_WIDTH) < size[:, None]
        ips = rows(data, starts + len(START), _IP_WIDTH) * inside
        regular = (size >= _SHORTEST_IP) & (size <= _LONGEST_IP)
        for at in (second, echo):
            regular &= same(ips, rows(data, at, _IP_WIDTH) * inside)
        fixed_parts = ((starts, START), (echo + size, between), (second + size, after))
        for at, part in (*fixed_parts, (ends - len(end), end)):
            regular &= stands(data, at, part)
        # A zero byte of its own would be taken for filling.
        regular &= same((ips != 0).view(np.uint8), inside.view(np.uint8))
        kept = np.flatnonzero(regular)
        start = starts[kept] + len(START) + size[kept]
        return _Lines(places[kept], start, echo[kept], ips[kept], stamp[kept])

    def _compare(self, text: bytes, data: Bytes, lines: _Lines) -> list[int]:
        """Of each line its template's place in the columns, -1 where it has none."""
        deep, flat = keys_of(rows(data, lines.echo - TAIL, TAIL), lines.echo - lines.start)
        found: list[int] = []
        add, known, same = found.append, self._known.get, text.startswith
        columns = deep, flat, lines.start, lines.echo
        for one, other, start, echo in zip(*(each.tolist() for each in columns), strict=True):
            template = known(one)
            while template is not None:
                total, middle_at, rest_at, before, middle, rest, place, template = template
                if (
                    start + total == echo
                    and same(rest, start + rest_at)
                    and same(middle, start + middle_at)
                    and same(before, start)
                ):
                    add(place)
                    break
            else:
                add(self._laid_out(text, self._layouts.get(other, ()), start, echo))
        return found

    def _laid_out(self, text: bytes, layouts: Iterable[_Layout], start: int, echo: int) -> int:
        """The place of the template with a short end that has one of `layouts`, or -1."""
        for (total, middle, nonce, after), templates in layouts:
            template = templates.get(text[start + middle : start + nonce])
            if template is not None and start + total == echo:
                before, rest, place = template
                if text.startswith(before, start) and text.startswith(rest, start + after):
                    return place
        return -1

    def _settle(self) -> None:
        """Takes the waiting templates in, all at once."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        if len(self._entries) + len(waiting) > _MOST:
            for table in (self._known, self._layouts, self._shared):
                table.clear()
            for column in (self._entries, self._dates, self._nonces, self._sizes):
                del column[:]
        tails, totals = [], []
        for before, middle, size, rest in waiting:
            date = _SAMPLE_DATE if before else b""
            whole = b"".join((before, date, middle, b"a" * (size or 0), rest))
            tails.append(whole[-TAIL:].rjust(TAIL, b"\0"))
            totals.append(len(whole))
        rows = np.frombuffer(b"".join(tails), dtype=np.uint8).reshape(-1, TAIL)
        deep, flat = keys_of(rows, np.array(totals, dtype=np.int64))
        columns = deep.tolist(), flat.tolist(), totals, waiting.items()
        for one, other, total, (parts, entry) in zip(*columns, strict=True):
            before, middle, size, rest = parts
            start = len(before) + DATE_LENGTH if before else 0
            nonce = start + len(middle)
            where = _Where(total, start, nonce, nonce + (size or 0))
            if len(rest) >= DEEP:
                self._put_known(one, where, parts)
            else:
                self._put_layout(other, where, parts)
            self._entries.append(entry)
            self._dates.append(len(before) if before else -1)
            self._nonces.append(nonce)
            self._sizes.append(-1 if size is None else size)

    def _put_known(self, key: int, where: _Where, parts: _Parts) -> None:
        other = last = self._known.get(key)
        length = 1
        while last is not None:
            length, last = length + 1, last.other
        total, start, _, rest = (self._shared.setdefault(part, part) for part in where)
        before, middle = (self._shared.setdefault(part, part) for part in (parts[0], parts[1]))
        place = len(self._entries)
        self._known[key] = _Known(
            total,
            start,
            rest,
            before,
            middle,
            parts[3],
            place,
            other if length < _MOST_EACH else None,
        )

    def _put_layout(self, key: int, where: _Where, parts: _Parts) -> None:
        layouts = self._layouts.setdefault(key, [])
        templates = next((templates for known, templates in layouts if known == where), None)
        if templates is None:
            templates = {}
            layouts.insert(0, (where, templates))
            del layouts[_MOST_EACH:]
        templates[parts[1]] = parts[0], parts[3], len(self._entries)
