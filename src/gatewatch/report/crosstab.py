"""Two fields at once: how often each pair of values comes, and how often chance would bring it.

Expected = row total x column total / total: what a cell would hold if the two fields had nothing
to do with each other. The residual (count - expected) / sqrt(expected) is Pearson's; beyond 2 in
either direction a cell is more, or less, than chance explains well (Agresti, Categorical Data
Analysis, section 3.3). Each cell, those of "other" and "missing" too, carries its query.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import Home, Kind
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Value
from gatewatch.query.compile import key_of
from gatewatch.query.nodes import Node, all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.counting import (
    HOST,
    Unit,
    all_missing,
    base_of,
    counting,
    uncounted,
    unit_read,
    value_names,
)
from gatewatch.report.groupings import Grouping
from gatewatch.report.top import SPELLED_OUT, total_of

if TYPE_CHECKING:
    import duckdb

__all__ = ["MOST_CELLS", "Cell", "CrossTab", "Line", "crosstab"]

MOST_CELLS = 250_000
_OTHER, _MISSING = 0, -1


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column of the table."""

    kind: str
    """`value`, `other` (all values that have no line of their own) or `missing`."""
    value: Value
    count: int
    query: str | None
    """Finds exactly what is counted; None: too many values to name."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a row meets a column."""

    count: int
    expected: float
    asked: tuple[Node, ...] | None
    """All that its services satisfy; None: too many values to name."""

    @property
    def query(self) -> str | None:
        """Finds exactly what is counted, where that can be said."""
        return printed(all_of(self.asked)) if self.asked else None

    @property
    def residual(self) -> float:
        """Pearson's: how far from what chance would bring, in its own spread."""
        return (self.count - self.expected) / math.sqrt(self.expected) if self.expected else 0.0

    @property
    def sign(self) -> str:
        """`+` or `-` where a cell is more, or less, than chance explains; doubled far beyond."""
        strength = 2 if abs(self.residual) >= 4 else 1 if abs(self.residual) >= 2 else 0
        return ("+" if self.residual > 0 else "-") * strength


@dataclass(frozen=True, slots=True)
class CrossTab:
    """The counts of two fields."""

    groupings: tuple[Grouping, Grouping]
    query: str
    snapshots: tuple[SnapshotInfo, ...]
    unit: Unit
    total: int
    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    cells: tuple[tuple[Cell, ...], ...]
    """A tuple for each row, in the order of the columns."""
    overlap: int
    """So much more than the total all cells add up to."""


def crosstab(
    con: "duckdb.DuckDBPyConnection",
    scope: Scope,
    groupings: tuple[Grouping, Grouping],
    counts: tuple[int, int],
    unit: Unit = Unit.SERVICES,
) -> CrossTab:
    """The most frequent values of two groupings against each other, `counts` of them each.

    Raises BadArguments when the table would be too large to be one.
    """
    _require_small(groupings, counts)
    read = unit_read(scope, unit)
    sides = [_best(con, scope.node, groupings, at, counts[at], read) for at in (0, 1)]
    counted = _counted(con, scope.node, groupings, read)
    total = counted.get((None, None), 0)
    if read is Unit.SERVICES and any(grouping.overlaps for grouping in groupings):
        total = total_of(con, scope, read)
    base = base_of(scope, groupings)
    conditions = [
        _conditions(grouping, best) for grouping, best in zip(groupings, sides, strict=True)
    ]
    rows = _lines(groupings[0], sides[0], conditions[0], base, _margin(counted, 0))
    columns = _lines(groupings[1], sides[1], conditions[1], base, _margin(counted, 1))

    def cell(row: int, column: int) -> Cell:
        parts = (conditions[0].get(row), conditions[1].get(column))
        asked = (base, *(part for part in parts if part))
        expected = rows[row].count * columns[column].count / total
        return Cell(counted.get((row, column), 0), expected, asked if None not in parts else None)

    return CrossTab(
        groupings=groupings,
        query=printed(scope.query),
        snapshots=scope.infos,
        unit=unit,
        total=total,
        rows=tuple(rows.values()),
        columns=tuple(columns.values()),
        cells=tuple(tuple(cell(row, column) for column in columns) for row in rows),
        overlap=sum(n for places, n in counted.items() if None not in places) - total,
    )


def _require_small(groupings: Sequence[Grouping], counts: Sequence[int]) -> None:
    for grouping in groupings:
        if any(entry.kind is Kind.IP and entry.home is Home.ROW for entry in grouping.fields):
            raise BadArguments(
                where="report",
                what=f"{grouping.name} has a value for each host, which makes no cross-tab",
                mend='take asn or country, or list hosts with "gatewatch search"',
            )
    if counts[0] * counts[1] > MOST_CELLS:
        raise BadArguments(
            where="report",
            what=f"{counts[0]:,} x {counts[1]:,} values are more than {MOST_CELLS:,} cells",
            mend="take a smaller -n",
        )


def _best(
    con: "duckdb.DuckDBPyConnection",
    node: Node,
    groupings: Sequence[Grouping],
    at: int,
    count: int,
    unit: Unit,
) -> list[tuple[Any, ...]]:
    """The most frequent values of one side; kept in a table for `_counted` as well."""
    # Where the other side has several values for a service, it counts under each of them.
    alone = not groupings[1 - at].overlaps or unit is Unit.HOSTS
    rows = counting(node, [groupings[at]] if alone else groupings, unit)
    names = rows.names[0 if alone else at]
    listed, kept = (
        ", ".join(names),
        ", ".join(
            f"{name} AS {own}" for name, own in zip(names, value_names(groupings)[at], strict=True)
        ),
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE best_{at} AS "
        f"SELECT {kept}, row_number() OVER (ORDER BY n DESC, {listed}) AS place FROM "
        f"(SELECT {listed}, {_total(unit)} AS n FROM ({rows.text}) "
        f"WHERE NOT {all_missing(names)} GROUP BY ALL "
        f"ORDER BY n DESC, {listed} LIMIT {int(count)})",
        rows.values,
    )
    return con.execute(f"SELECT * EXCLUDE (place) FROM best_{at} ORDER BY place").fetchall()


def _counted(
    con: "duckdb.DuckDBPyConnection", node: Node, groupings: Sequence[Grouping], unit: Unit
) -> dict[tuple[int | None, int | None], int]:
    """The counts of all cells by the places of their values; None: of a whole line, or of all.

    Rows learn the place of their values, two small numbers, before anything is summed: to sum by
    the values themselves costs five times as much.
    """
    rows = uncounted(node, groupings, unit)
    joins, places = "", []
    for at, (grouping, names) in enumerate(zip(groupings, rows.names, strict=True)):
        if grouping.table is None:
            joins += f" LEFT JOIN best_{at} ON {_same(f'best_{at}', 'asked', names)}"
            places.append(_place(f"best_{at}", "asked", names))
        else:
            key = key_of(grouping.table)
            joins += f" LEFT JOIN ({_looked_up(grouping, names, at)}) AS side_{at} USING ({key})"
            places.append(f"coalesce(side_{at}.place, {_MISSING})")
    kept = "sum(n)::BIGINT AS n" if unit is Unit.SERVICES else "ip_high, ip"
    sql = f"""
        WITH placed AS (
            SELECT {places[0]} AS at_0, {places[1]} AS at_1, {kept}
            FROM ({rows.text}) AS asked{joins} GROUP BY ALL)
        SELECT at_0, at_1, {_total(unit)} FROM placed
        GROUP BY GROUPING SETS ((at_0, at_1), (at_0), (at_1), ())"""
    return {(row, column): n for row, column, n in con.execute(sql, rows.values).fetchall() if n}


def _looked_up(grouping: Grouping, names: Sequence[str], at: int) -> str:
    """SQL for the place of every key's values."""
    texts = [f"{text} AS {name}" for text, name in zip(grouping.columns, names, strict=True)]
    key = key_of(str(grouping.table))
    return (
        f"SELECT {key}, {_place(f'best_{at}', 'known', names)} AS place FROM "
        f"(SELECT {key}, {', '.join(texts)} FROM {grouping.table}) AS known "
        f"LEFT JOIN best_{at} ON {_same(f'best_{at}', 'known', names)}"
    )


def _same(best: str, rows: str, names: Sequence[str]) -> str:
    return " AND ".join(f"{best}.{name} IS NOT DISTINCT FROM {rows}.{name}" for name in names)


def _place(best: str, rows: str, names: Sequence[str]) -> str:
    missing = all_missing([f"{rows}.{name}" for name in names])
    return f"CASE WHEN {missing} THEN {_MISSING} ELSE coalesce({best}.place, {_OTHER}) END"


def _total(unit: Unit) -> str:
    return "sum(n)::BIGINT" if unit is Unit.SERVICES else f"count(DISTINCT {HOST})"


def _conditions(grouping: Grouping, best: Sequence[tuple[Any, ...]]) -> dict[int, Node]:
    """The condition of each place that can be said."""
    width = len(grouping.columns)
    said = {place: grouping.condition(row) for place, row in enumerate(best, 1)}
    if len(best) <= SPELLED_OUT and not grouping.overlaps:
        said[_OTHER] = grouping.others(best)
    return said | {_MISSING: grouping.condition([None] * width)}


def _margin(counted: Mapping[tuple[int | None, int | None], int], at: int) -> dict[int, int]:
    """The counts of the whole lines of one side by their place."""
    pairs = ((places[at], places[1 - at], n) for places, n in counted.items())
    return {own: n for own, across, n in pairs if own is not None and across is None}


def _lines(
    grouping: Grouping,
    best: Sequence[tuple[Any, ...]],
    conditions: dict[int, Node],
    base: Node,
    counts: dict[int, int],
) -> dict[int, Line]:
    """The lines of one side by their place, in the order shown; empty ones are left out."""
    labels = {place: grouping.label(row) for place, row in enumerate(best, 1)}
    kinds = {_OTHER: "other", _MISSING: "missing"}
    lines = {}
    for place in (*labels, _OTHER, _MISSING):
        if place in counts:
            said = conditions.get(place)
            query = printed(all_of([base, said])) if said else None
            kind = kinds.get(place, "value")
            lines[place] = Line(kind, labels.get(place), counts[place], query)
    return lines
