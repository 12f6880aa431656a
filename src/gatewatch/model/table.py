"""Rows on their way out: what a search or a report hands to an output format.

A `Document` is one or several `Table`s on one page. Data formats (CSV, JSON ...) write each value
of each column as it is. Formats for people (table, Markdown, HTML, sheets, pictures) write
`spoken` words, chosen by the column's `Look`, under the column's heading, and draw the `chart`.

Two column names mean the same everywhere: `query` holds the query that finds exactly what a row
counts, `bucket` says what a row stands for (`RowKind`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gatewatch.model.errors import FormatUnfit
from gatewatch.model.fields import Kind, field_named
from gatewatch.model.hostile import shown
from gatewatch.model.language import ENGLISH, Language, Words

__all__ = [
    "BUCKET",
    "QUERY",
    "Bars",
    "Chart",
    "Document",
    "Heat",
    "Lines",
    "Look",
    "Map",
    "Page",
    "RowKind",
    "Table",
    "Value",
    "flat",
    "spoken",
]

Value = str | int | float | Sequence[str] | None

QUERY = "query"
"""The column with the query behind each row."""
BUCKET = "bucket"
"""The column that says what each row stands for, one of `RowKind`."""


class Look(StrEnum):
    """How people see a column."""

    TEXT = "text"
    """Words; cut where the line is too short."""
    PROSE = "prose"
    """Sentences of ours; go on in the next line where the line is too short."""
    WHOLE = "whole"
    """Words that are useless when cut: addresses, times, queries."""
    COUNT = "count"
    """How many: right-aligned, with thousands separators."""
    NUMBER = "number"
    """A number that counts nothing (port, AS, status): right-aligned, as it is."""
    SHARE = "share"
    """A fraction of one, shown as per cent with one decimal."""
    SPARE = "spare"
    """Words that are useless when cut and can be done without: left out where room is short."""
    DATA = "data"
    """For programs only: people do not see it."""


class RowKind(StrEnum):
    """What a row of counts stands for."""

    VALUE = "value"
    """One value."""
    OTHER = "other"
    """All values that have no row of their own, together."""
    MISSING = "missing"
    """What lacks the field."""
    TOTAL = "total"
    """All rows together."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar a row, from zero; `other` and `missing` are told apart, `total` is not drawn.

    Each is the name of a column: the words beside a bar, its length, the ends of its confidence
    interval, and the length that it is compared with (the snapshot before), seen as a thin mark.
    """

    label: str
    value: str
    low: str | None = None
    high: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Values over time, a line for each value of `series`, with a band from `low` to `high`.

    Each is the name of a column. `at` holds days or moments (ISO 8601), in any order. Where
    `broken` has words (`coverage 99 % to 41 %`), what came before cannot be compared with what
    follows: no line is drawn across and the words are said. A row without a value is a gap.
    """

    at: str
    value: str
    series: str | None = None
    low: str | None = None
    high: str | None = None
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Heat:
    """A cross-tab: each number of the columns `cells` on a ground as strong as it is large.

    `label` is the column that names the rows; the cells' headings name the columns. `expected`
    names for a cell's column the one that holds what it would be if both fields had nothing to do
    with each other: the ground then tells more from less than expected, instead of large from
    small.
    """

    label: str
    cells: tuple[str, ...]
    expected: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Map:
    """A world map: each country on a ground as strong as its number is large.

    Each is the name of a column: the country's code (ISO 3166-1 alpha-2), and the number. A
    country without a row has zero, unless there is a row of others: then nothing is said of it.
    """

    country: str
    value: str


Chart = Bars | Lines | Heat | Map


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of the place where people will read."""

    width: int | None = None
    """Columns of the terminal; None where lines may be of any length."""
    color: bool = False
    accessible: bool = False
    """Read aloud: bars become words, nothing is drawn."""
    language: Language = field(default=ENGLISH)
    """How numbers are written, and what formats say themselves."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and a stream of rows, with the words around them.

    The words are for people; data formats leave them out. `aside` is the age and coverage of the
    data, beside the title. `notes` are sentences: the base of percentages, what was left out,
    whose network data it is. `looks` says what `look_of` cannot know from a column's name and
    values; `headings` what people read above a column instead of its name; `units` what its
    numbers are, where the heading does not say (`days`, `per million hosts`). `queries` names,
    for a column whose cells have each a query of their own, the column that holds these.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    title: str = ""
    notes: Sequence[str] = field(default=())
    aside: str = ""
    looks: Mapping[str, Look] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    chart: Chart | None = None

    def look_of(self, column: str, values: Iterable[Value] = ()) -> Look:
        """How people see `column`: as said in `looks`, else by its field, else by its values."""
        if column in self.looks:
            return self.looks[column]
        if column == BUCKET:
            return Look.DATA
        known = field_named(column)
        if known:
            return _LOOKS.get(known.kind, Look.TEXT)
        present = [value for value in values if value is not None]
        numeric = bool(present) and all(isinstance(value, int | float) for value in present)
        return Look.COUNT if numeric else Look.TEXT

    def heading_of(self, column: str) -> str:
        """What people read above `column`, on one line, safe to show."""
        heading = self.headings.get(column, column)
        unit = self.units.get(column)
        return f"{_short(heading)} ({_short(unit)})" if unit else _short(heading)


@dataclass(frozen=True, slots=True)
class Document:
    """Tables that belong together; without a title the first table's is that of the whole."""

    tables: Iterable[Table]
    title: str = ""
    page: Page = field(default=Page())

    def only_table(self, name: str) -> Table:
        """Its table, for the format `name` that holds one; raises FormatUnfit when it has more."""
        tables = list(self.tables)
        if len(tables) != 1:
            raise FormatUnfit(
                where=name,
                what=f"holds one table, and these are {len(tables)}",
                mend="ask for one of them, or take a format for people",
            )
        return tables[0]


def _short(text: str) -> str:
    return text if isinstance(text, Words) else shown(text)


_LOOKS = {Kind.NUMBER: Look.NUMBER, Kind.IP: Look.WHOLE, Kind.TIME: Look.WHOLE}


def flat(value: Value) -> str | int | float | None:
    """`value` for formats without lists: several texts become one, joined by commas."""
    if value is None or isinstance(value, str | int | float):
        return value
    return ",".join(value)


def spoken(value: Value, look: Look, language: Language = ENGLISH) -> str:
    """`value` as people read it, on one line, safe to show, never cut; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Words):
        return value
    if not isinstance(value, str | int | float):
        return shown(", ".join(value), sum(map(len, value)) + 2 * len(value))
    if isinstance(value, str):
        # An empty value was sent, a missing one was not: they must not look alike.
        return shown(value, len(value)) if value else '""'
    if look is Look.SHARE:
        return language.share(value)
    if look is Look.COUNT:
        return language.number(value, 1)
    return str(value)
