"""Rows on their way out: what a search or a report hands to an output format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["Table", "Value"]

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and a stream of rows, with the words around them.

    `title` and `notes` are for people (the table format prints them, data formats leave them
    out); `bar` names the column whose numbers people see as bars.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    title: str = ""
    notes: Sequence[str] = field(default=())
    bar: str | None = None
