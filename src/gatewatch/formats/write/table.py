"""A table for people: fitted to the terminal, numbers aligned, the counted column as bars.

Nothing a device says can move the cursor: every cell goes through `spoken`. An address, a time
or a query is never cut and never broken over two lines; where the columns do not fit, each row
becomes a block of `name  value` lines. The first rows decide the widths, the rest streams.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat, zip_longest
from textwrap import fill, wrap
from typing import TextIO

from gatewatch.model.language import Language
from gatewatch.model.table import Bars, Document, Look, Page, Table, Value, spoken

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "table"
SENTENCE = "A table for people, fitted to the terminal, with bars."
SUFFIXES = (".txt",)
FOR_PEOPLE = True

# Rows read before the first is written: widths and the longest bar come from these. A report
# has fewer rows, so its bars are exact; a search of a million rows has no bars.
_MEASURED = 1000
# The same limit that errors and logs have for one value.
_TEXT_LIMIT = 200
_NARROWEST = {Look.TEXT: 12, Look.PROSE: 24}
_GAP = "  "
_SHORTEST_BAR, _LONGEST_BAR = 10, 40
# Without a terminal, what bars and title are fitted to.
_SHEET = 100
_EIGHTHS = "▏▎▍▌▋▊▉"
_BOLD, _DIM, _CYAN, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"


@dataclass(slots=True)
class _Column:
    name: str
    position: int
    look: Look
    width: int

    @property
    def right(self) -> bool:
        return self.look in (Look.COUNT, Look.NUMBER, Look.SHARE)

    @property
    def narrowest(self) -> int:
        least = _NARROWEST.get(self.look)
        return self.width if least is None else min(self.width, max(least, _width(self.name)))


@dataclass(frozen=True, slots=True)
class _Bars:
    """How the numbers of one column are drawn; the longest bar stands for `top`."""

    position: int
    top: float
    width: int
    blocks: bool
    words: Language | None

    def of(self, row: Sequence[Value]) -> str:
        value = row[self.position]
        if not isinstance(value, int | float) or value <= 0:
            return ""
        part = min(value / self.top, 1.0)
        if self.words:
            if part < 0.01:
                return self.words.phrase("under 1 % of the largest")
            return self.words.phrase("{part} % of the largest", part=round(part * 100))
        if not self.blocks:
            return "#" * max(round(part * self.width), 1)
        whole, eighths = divmod(max(round(part * self.width * 8), 1), 8)
        return "█" * whole + (_EIGHTHS[eighths - 1] if eighths else "")


def write(document: Document, out: TextIO) -> None:
    """Writes titles, headers, rows and notes to `out`."""
    if document.title:
        title = _painted(spoken(document.title, Look.WHOLE), _BOLD, document.page)
        out.write(f"{title}\n\n")
    for place, table in enumerate(document.tables):
        out.write("\n" if place else "")
        _write_table(table, document.page, out)


def _write_table(table: Table, page: Page, out: TextIO) -> None:
    rows = iter(table.rows)
    measured = list(islice(rows, _MEASURED))
    unicode = _takes(out, "█…")
    drawn = isinstance(table.chart, Bars)
    ellipsis = "…" if unicode else "..."
    columns = _with_room(_columns(table, page.language, measured), page.width, drawn)
    bar_width = _fit(columns, page.width, bar=drawn)
    every = chain(measured, rows)
    if bar_width is None:
        lines = _blocks(every, columns, page, ellipsis)
    else:
        bars = _bars(table, page, measured, bar_width, blocks=unicode) if bar_width else None
        lines = _lines(every, columns, bars, page, ellipsis)
    _write_title(table, page, out)
    out.writelines(f"{line.rstrip()}\n" for line in lines)
    out.writelines(f"{_wrapped(note, page.width)}\n" for note in table.notes)


def _columns(table: Table, language: Language, rows: Sequence[Sequence[Value]]) -> list[_Column]:
    columns = []
    for position, name in enumerate(table.columns):
        values = [row[position] for row in rows]
        look = table.look_of(name, values)
        if look is Look.DATA:
            continue
        name = table.heading_of(name)
        width = max(
            _width(text) for text in (name, *(spoken(value, look, language) for value in values))
        )
        if look is Look.TEXT:
            width = min(width, _TEXT_LIMIT)
        columns.append(_Column(name, position, look, width))
    return columns


def _with_room(columns: list[_Column], width: int | None, bar: bool) -> list[_Column]:
    """`columns`, without the spare ones where the others would be cut for them."""
    shortest = _SHORTEST_BAR + len(_GAP) if bar else 0
    total = sum(column.width + len(_GAP) for column in columns) - len(_GAP) + shortest
    if width is None or total <= width:
        return columns
    return [column for column in columns if column.look is not Look.SPARE]


def _fit(columns: Sequence[_Column], width: int | None, *, bar: bool) -> int | None:
    """Narrows the text columns until all fit into `width`; None when they cannot.

    Returns the width left for bars, 0 when there is none.
    """
    gaps = len(_GAP) * (len(columns) - 1)
    total = sum(column.width for column in columns) + gaps
    narrowest = sum(column.narrowest for column in columns) + gaps
    shortest = _SHORTEST_BAR + len(_GAP)
    if width is None:
        width = max(total + shortest, _SHEET)
    if narrowest > width:
        return None
    bar = bar and narrowest + shortest <= width
    for _ in range(total + (shortest if bar else 0) - width):
        widest = max(columns, key=lambda column: (column.width > column.narrowest, column.width))
        widest.width -= 1
        total -= 1
    return min(width - total - len(_GAP), _LONGEST_BAR) if bar else 0


def _bars(
    table: Table, page: Page, rows: Sequence[Sequence[Value]], width: int, *, blocks: bool
) -> _Bars | None:
    assert isinstance(table.chart, Bars)
    position = list(table.columns).index(table.chart.value)
    numbers = [row[position] for row in rows]
    top = max((value for value in numbers if isinstance(value, int | float)), default=0)
    words = page.language if page.accessible else None
    return _Bars(position, top, width, blocks=blocks, words=words) if top else None


def _write_title(table: Table, page: Page, out: TextIO) -> None:
    if not table.title:
        return
    title = spoken(table.title, Look.WHOLE)
    aside = spoken(table.aside, Look.WHOLE) if table.aside else ""
    space = min(page.width or _SHEET, _SHEET) - _width(title) - _width(aside)
    between = " " * space if space >= len(_GAP) else "\n"
    right = f"{between}{aside}" if aside else ""
    out.write(f"{_painted(title, _BOLD, page)}{right}\n")


def _lines(
    rows: Iterable[Sequence[Value]],
    columns: Sequence[_Column],
    bars: _Bars | None,
    page: Page,
    ellipsis: str,
) -> Iterator[str]:
    header = (_aligned(column.name, column, ellipsis) for column in columns)
    yield _painted(_GAP.join(header).rstrip(), _DIM, page)
    for row in rows:
        first, *more = _row(row, columns, page.language, ellipsis)
        yield first + _GAP + _painted(bars.of(row), _CYAN, page) if bars else first
        yield from more


def _row(
    row: Sequence[Value], columns: Sequence[_Column], language: Language, ellipsis: str
) -> Iterator[str]:
    """The row as one line, or as several where prose goes on."""
    parts = []
    for column in columns:
        text = spoken(row[column.position], column.look, language)
        prose = column.look is Look.PROSE and len(text) > column.width
        parts.append(wrap(text, column.width) if prose else [text])
    for texts in zip_longest(*parts, fillvalue=""):
        yield _GAP.join(map(_aligned, texts, columns, repeat(ellipsis)))


def _blocks(
    rows: Iterable[Sequence[Value]],
    columns: Sequence[_Column],
    page: Page,
    ellipsis: str,
) -> Iterator[str]:
    """Rows as blocks of `name  value` lines, without what is missing."""
    margin = max((_width(column.name) for column in columns), default=0)
    for row in rows:
        for column in columns:
            text = spoken(row[column.position], column.look, page.language)
            if text:
                name = _painted(column.name.ljust(margin), _DIM, page)
                yield f"{name}{_GAP}{_cut(text, _TEXT_LIMIT, ellipsis)}"
        yield ""


def _aligned(text: str, column: _Column, ellipsis: str) -> str:
    if column.look is Look.TEXT:
        text = _cut(text, column.width, ellipsis)
    space = " " * (column.width - _width(text))
    return space + text if column.right else text + space


def _cut(text: str, width: int, ellipsis: str) -> str:
    if _width(text) <= width:
        return text
    room = width - len(ellipsis)
    kept = 0
    for char in text:
        room -= _width(char)
        if room < 0:
            break
        kept += 1
    return text[:kept] + ellipsis


def _width(text: str) -> int:
    """The columns that `text` takes: two for wide East Asian signs, none for combining marks."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in ("Mn", "Me") for char in text)


def _wrapped(note: str, width: int | None) -> str:
    note = spoken(note, Look.WHOLE)
    if width is None:
        return note
    return fill(note, width - 1, break_long_words=False, break_on_hyphens=False)


def _painted(text: str, paint: str, page: Page) -> str:
    return f"{paint}{text}{_PLAIN}" if page.color and text else text


def _takes(out: TextIO, signs: str) -> bool:
    try:
        signs.encode(getattr(out, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
