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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gatewatch.protocol.masking import TELLING

__all__ = ["DATE_LENGTH", "STAMP_LENGTH", "START", "Echo", "Hits", "Index", "Ints"]

START = b'{"ip":"'
# 2026-11-20T03:14:07Z; other forms of time are found by searching.
STAMP_LENGTH = 20
DATE_LENGTH = 29

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_Parts = tuple[bytes, bytes, int | None, bytes]
"""`before`, `middle`, the length of the nonce (None: there is none), `rest`."""

_MOST = 64_000
# Several layouts with one number: rare, and each costs a look.
_MOST_LAYOUTS = 4
_SHORTEST_IP, _LONGEST_IP = 7, 15
_IP_WIDTH = 16
# What is looked at before the echo: so much for its punctuation, and all of the last bytes, which
# hold the length of the body; where they are the same in all lines of a template, more of them,
# with the digest of the body.
_TAIL, _DEEP, _LAST = 256, 192, 48
# Odd numbers without meaning, the same in each process.
_WEIGHTS = np.random.default_rng(7547).integers(0, 1 << 63, 64, dtype=np.uint64) * 2 + 1
_SAMPLE_DATE = b"Fri, 20 Nov 2026 00:00:00 GMT"
# The least and the most that may stand at each place of the commonest form of a date.
_LEAST_DATE = b"Aaa, 00 Aaa 0000 00:00:00 GMT".ljust(32, b"\0")
_MOST_DATE = b"Zzz, 99 Zzz 9999 99:99:99 GMT".ljust(32, b"\xff")
_ALL_TRUE = np.uint64(0x0101010101010101)


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


class _Layout(NamedTuple):
    """Where things stand, counted from the end of the address."""

    total: int
    """Up to the echo."""
    middle: int
    nonce: int
    rest: int
    templates: dict[bytes, tuple[bytes, bytes, int]]
    """By `middle`: `before`, `rest` and the template's place in the index's columns."""


class Index:
    """The templates of lines that end like `echo`, each with a number the user gives (`entry`)."""

    def __init__(self, echo: Echo) -> None:
        self.echo = echo
        self._layouts: dict[int, list[_Layout]] = {}
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
        if not self._layouts:
            starts = ends = starts[:0]
        lines = self._regular(data, starts, ends)
        found = np.array(self._compare(text, data, lines), dtype=np.int64)
        good = np.flatnonzero(found >= 0)
        found, start = found[good], lines.start[good]
        dates, nonces, sizes = self._column(self._dates, found), self._nonces, self._sizes
        sound = _dates_change(data, start + dates, dates >= 0)
        sound &= _nonces_change(
            data, start + self._column(nonces, found), self._column(sizes, found)
        )
        good, found = good[sound], found[sound]
        return Hits(
            lines.places[good],
            self._column(self._entries, found),
            lines.ips[good],
            _rows(data, lines.stamp[good], STAMP_LENGTH),
        )

    def _column(self, column: "array[int]", which: Ints) -> Ints:
        taken: Ints = np.frombuffer(column, dtype=np.int64)[which] if column else which
        return taken

    def _regular(self, data: Bytes, starts: Ints, ends: Ints) -> _Lines:
        """The lines that begin with an address and end with its two echoes and a time."""
        between, after, end, _ = self.echo
        fixed = len(between) + len(after) + STAMP_LENGTH + len(end)
        least = len(START) + 3 * _IP_WIDTH + fixed + _TAIL
        places = np.flatnonzero(ends - starts >= least)
        starts, ends = starts[places], ends[places]
        quote = _rows(data, starts + len(START), _IP_WIDTH) == ord('"')
        size = quote.argmax(axis=1)
        stamp = ends - (STAMP_LENGTH + len(end))
        second = stamp - len(after) - size
        echo = second - len(between) - size
        inside = np.arange(_IP_WIDTH) < size[:, None]
        ips = _rows(data, starts + len(START), _IP_WIDTH) * inside
        regular = (size >= _SHORTEST_IP) & (size <= _LONGEST_IP)
        for at in (second, echo):
            regular &= _same(ips, _rows(data, at, _IP_WIDTH) * inside)
        fixed_parts = ((starts, START), (echo + size, between), (second + size, after))
        for at, part in (*fixed_parts, (ends - len(end), end)):
            regular &= _is(data, at, part)
        # A zero byte of its own would be taken for filling.
        regular &= _same((ips != 0).view(np.uint8), inside.view(np.uint8))
        kept = np.flatnonzero(regular)
        start = starts[kept] + len(START) + size[kept]
        return _Lines(places[kept], start, echo[kept], ips[kept], stamp[kept])

    def _compare(self, text: bytes, data: Bytes, lines: _Lines) -> list[int]:
        """Of each line its template's place in the columns, -1 where it has none."""
        deep, flat = _keys(_rows(data, lines.echo - _TAIL, _TAIL), lines.echo - lines.start)
        found: list[int] = []
        add, layouts, same = found.append, self._layouts.get, text.startswith
        columns = deep, flat, lines.start, lines.echo
        for one, other, start, echo in zip(*(each.tolist() for each in columns), strict=True):
            for total, middle, nonce, after, templates in layouts(one) or layouts(other) or ():
                template = templates.get(text[start + middle : start + nonce])
                if template is not None and start + total == echo:
                    before, rest, place = template
                    if same(before, start) and same(rest, start + after):
                        add(place)
                        break
            else:
                add(-1)
        return found

    def _settle(self) -> None:
        """Takes the waiting templates in, all at once."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        if len(self._entries) + len(waiting) > _MOST:
            self._layouts.clear()
            for column in (self._entries, self._dates, self._nonces, self._sizes):
                del column[:]
        tails, totals = [], []
        for before, middle, size, rest in waiting:
            date = _SAMPLE_DATE if before else b""
            whole = b"".join((before, date, middle, b"a" * (size or 0), rest))
            tails.append(whole[-_TAIL:].rjust(_TAIL, b"\0"))
            totals.append(len(whole))
        table = np.frombuffer(b"".join(tails), dtype=np.uint8).reshape(-1, _TAIL)
        deep, flat = _keys(table, np.array(totals, dtype=np.int64))
        for place, (parts, entry) in enumerate(waiting.items()):
            key = int((deep if len(parts[-1]) >= _DEEP else flat)[place])
            self._put(key, totals[place], parts, entry)

    def _put(self, key: int, total: int, parts: _Parts, entry: int) -> None:
        before, middle, size, rest = parts
        start = len(before) + DATE_LENGTH if before else 0
        nonce = start + len(middle)
        place = total, start, nonce, nonce + (size or 0)
        layouts = self._layouts.setdefault(key, [])
        for layout in layouts:
            if layout[:-1] == place:
                break
        else:
            layout = _Layout(*place, {})
            layouts.insert(0, layout)
            del layouts[_MOST_LAYOUTS:]
        layout.templates[middle] = (before, rest, len(self._entries))
        self._entries.append(entry)
        self._dates.append(len(before) if before else -1)
        self._nonces.append(nonce)
        self._sizes.append(-1 if size is None else size)


def _rows(data: Bytes, at: Ints, width: int) -> Bytes:
    """The `width` bytes at each of these offsets, a row each."""
    if not len(at):
        return np.empty((0, width), dtype=np.uint8)
    # As numpy's sliding_window_view, which takes thirty times as long to set up.
    windows = np.ndarray((len(data) - width + 1, width), np.uint8, data, strides=(1, 1))
    rows: Bytes = windows[at]
    return rows


def _same(one: Bytes, other: Bytes) -> Flags:
    """Which rows of sixteen bytes are equal."""
    equal = one.view(np.uint64) == other.view(np.uint64)
    flags: Flags = equal[:, 0] & equal[:, 1]
    return flags


def _is(data: Bytes, at: Ints, part: bytes) -> Flags:
    """At which offsets `part` stands."""
    if not part:
        return np.ones(len(at), dtype=np.bool_)
    kind = f"S{len(part)}"
    flags: Flags = _rows(data, at, len(part)).view(kind).ravel() == np.array(part, dtype=kind)
    return flags


def _keys(tails: Bytes, totals: Ints) -> tuple[Numbers, Numbers]:
    """Two numbers for each line, of its length and the bytes before its echo."""
    # Below the digits stand blank, quotes, comma, point and slash.
    signs, words = (tails * (tails < ord("0"))).view(np.uint64), tails.view(np.uint64)
    last = words[:, -_LAST // 8 :]
    length = totals.astype(np.uint64) * _WEIGHTS[0]
    near, far = length + last @ _WEIGHTS[1:7], words[:, -_DEEP // 8 : -_LAST // 8]
    return near + far @ _WEIGHTS[7:25], near + signs @ _WEIGHTS[25:57]


def _dates_change(data: Bytes, at: Ints, dated: Flags) -> Flags:
    """Whether what stands there is a date that masking replaces; True where none is due."""
    flags = np.ones(len(at), dtype=np.bool_)
    rows = _rows(data, at[dated], 32)
    least, most = (np.frombuffer(one, dtype=np.uint8) for one in (_LEAST_DATE, _MOST_DATE))
    form = (rows - least <= most - least).view(np.uint64) == _ALL_TRUE
    # 1970 and 1980 are how a device writes that it has no clock.
    century = (rows[:, 12] == ord("1")) & (rows[:, 13] == ord("9")) & (rows[:, 15] == ord("0"))
    constant = century & ((rows[:, 14] == ord("7")) | (rows[:, 14] == ord("8")))
    flags[dated] = form.all(axis=1) & ~constant
    return flags


def _nonces_change(data: Bytes, at: Ints, sizes: Ints) -> Flags:
    """Whether what stands there are lower-case hexadecimal digits that masking replaces."""
    flags = np.ones(len(at), dtype=np.bool_)
    for size in np.unique(sizes[sizes > 0]).tolist():
        which = sizes == size
        rows = _rows(data, at[which], size)
        letters = rows - np.uint8(ord("a")) < 6
        sound = (letters | (rows - np.uint8(ord("0")) < 10)).all(axis=1) & letters.any(axis=1)
        for value in TELLING:
            if len(value) == size:
                sound &= (rows != np.frombuffer(value, dtype=np.uint8)).any(axis=1)
        flags[which] = sound
    return flags
