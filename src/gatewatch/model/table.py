"""Rows on their way out: what a search or a report hands to an output format.

Data formats (CSV, JSON ...) write each value as it is. Formats for people (table, Markdown)
write `spoken` words, chosen by the column's `Look`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gatewatch.model.fields import Kind, field_named
from gatewatch.model.hostile import shown

__all__ = ["Look", "Page", "Table", "Value", "spoken"]

Value = str | int | float | None


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


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of the place where people will read."""

    width: int | None = None
    """Columns of the terminal; None where lines may be of any length."""
    color: bool = False
    accessible: bool = False
    """Read aloud: bars become words, nothing is drawn."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and a stream of rows, with the words around them.

    `title`, `aside` (age and source of the data, right of the title) and `notes` are for people;
    data formats leave them out. `bar` names the column whose numbers people see as bars as well.
    `looks` says what `look_of` cannot know from a column's name and values.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    title: str = ""
    notes: Sequence[str] = field(default=())
    bar: str | None = None
    aside: str = ""
    looks: Mapping[str, Look] = field(default_factory=dict)
    page: Page = field(default=Page())

    def look_of(self, column: str, values: Iterable[Value] = ()) -> Look:
        """How people see `column`: as said in `looks`, else by its field, else by its values."""
        if column in self.looks:
            return self.looks[column]
        known = field_named(column)
        if known:
            return _LOOKS.get(known.kind, Look.TEXT)
        present = [value for value in values if value is not None]
        numeric = bool(present) and all(isinstance(value, int | float) for value in present)
        return Look.COUNT if numeric else Look.TEXT


_LOOKS = {Kind.NUMBER: Look.NUMBER, Kind.IP: Look.WHOLE, Kind.TIME: Look.WHOLE}


def spoken(value: Value, look: Look) -> str:
    """`value` as people read it, on one line, safe to show, never cut; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        # An empty value was sent, a missing one was not: they must not look alike.
        return shown(value, len(value)) if value else '""'
    if look is Look.SHARE:
        return f"{value * 100:.1f} %"
    if look is Look.COUNT:
        return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return str(value)
