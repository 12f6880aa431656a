"""Two fields at once: how often each pair of values comes, and how often chance would bring it.

Expected = row total x column total / total: what a cell would hold if the two fields had nothing
to do with each other. The residual (count - expected) / sqrt(expected) is Pearson's; beyond 2 in
either direction a cell is more, or less, than chance explains well (Agresti, Categorical Data
Analysis, section 3.3). Each cell, those of "other" and "missing" too, carries its query.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import Home, Kind
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Value
from gatewatch.query.nodes import Node, all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.counting import HOST, Unit, all_missing, base_of, counting, unit_read
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
    query: str | None

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
    rows = counting(scope.node, groupings, read)
    con.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {rows.text}", rows.values)
    total = total_of(con, scope, read)
    lines = [_best(con, rows.names[at], counts[at], read) for at in (0, 1)]
    counted = _cells(con, rows.names, read)
    base = base_of(scope, groupings)
    conditions = [
        _conditions(grouping, best) for grouping, best in zip(groupings, lines, strict=True)
    ]
    sides = [
        _side(con, rows.names[at], groupings[at], lines[at], conditions[at], base, read)
        for at in (0, 1)
    ]

    def cell(row: int, column: int, line: Line, across: Line) -> Cell:
        parts = (conditions[0].get(row), conditions[1].get(column))
        whole = None not in parts
        query = printed(all_of([base, *(part for part in parts if part)])) if whole else None
        expected = line.count * across.count / total
        return Cell(counted.get((row, column), 0), expected, query)

    return CrossTab(
        groupings=groupings,
        query=printed(scope.query),
        snapshots=scope.infos,
        unit=unit,
        total=total,
        rows=tuple(sides[0].values()),
        columns=tuple(sides[1].values()),
        cells=tuple(
            tuple(cell(row, column, line, across) for column, across in sides[1].items())
            for row, line in sides[0].items()
        ),
        overlap=sum(counted.values()) - total,
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
    con: "duckdb.DuckDBPyConnection", names: Sequence[str], count: int, unit: Unit
) -> list[tuple[Any, ...]]:
    """The most frequent values with their counts; kept in a table for `_cells` as well."""
    side, listed = names[0].partition("_")[0], ", ".join(names)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE best_{side} AS "
        f"SELECT *, row_number() OVER (ORDER BY n DESC, {listed}) AS place FROM "
        f"(SELECT {listed}, {_total(unit)} AS n FROM pairs WHERE NOT {all_missing(names)} "
        f"GROUP BY ALL ORDER BY n DESC, {listed} LIMIT {int(count)})"
    )
    return con.execute(f"SELECT {listed}, n FROM best_{side} ORDER BY place").fetchall()


def _placed(names: Sequence[Sequence[str]]) -> tuple[str, list[str]]:
    """SQL for pairs with the place of each value, and for these places."""
    joins, places = "pairs", []
    for own in names:
        side = own[0].partition("_")[0]
        same = " AND ".join(f"best_{side}.{one} IS NOT DISTINCT FROM pairs.{one}" for one in own)
        joins += f" LEFT JOIN best_{side} ON {same}"
        missing = all_missing([f"pairs.{one}" for one in own])
        places.append(f"CASE WHEN {missing} THEN {_MISSING} "
                      f"ELSE coalesce(best_{side}.place, {_OTHER}) END")  # fmt: skip
    return joins, places


def _cells(
    con: "duckdb.DuckDBPyConnection", names: Sequence[Sequence[str]], unit: Unit
) -> dict[tuple[int, int], int]:
    joins, places = _placed(names)
    sql = f"SELECT {', '.join(places)}, {_total(unit, 'pairs.')} FROM {joins} GROUP BY ALL"
    return {(row, column): n for row, column, n in con.execute(sql).fetchall()}


def _total(unit: Unit, of: str = "") -> str:
    if unit is Unit.SERVICES:
        return f"sum({of}n)::BIGINT"
    return f"count(DISTINCT {HOST.replace('ip', f'{of}ip')})"


def _conditions(grouping: Grouping, best: Sequence[tuple[Any, ...]]) -> dict[int, Node]:
    """The condition of each place that can be said."""
    width = len(grouping.columns)
    said = {place: grouping.condition(row[:width]) for place, row in enumerate(best, 1)}
    if len(best) <= SPELLED_OUT and not grouping.overlaps:
        said[_OTHER] = grouping.others(row[:width] for row in best)
    return said | {_MISSING: grouping.condition([None] * width)}


def _side(
    con: "duckdb.DuckDBPyConnection",
    names: Sequence[str],
    grouping: Grouping,
    best: Sequence[tuple[Any, ...]],
    conditions: dict[int, Node],
    base: Node,
    unit: Unit,
) -> dict[int, Line]:
    """The lines of one side by their place, in the order shown; empty ones are left out."""
    joins, places = _placed([names])
    sql = f"SELECT {places[0]} AS at, {_total(unit, 'pairs.')} FROM {joins} GROUP BY ALL"
    counts = dict(con.execute(sql).fetchall())
    width = len(grouping.columns)
    labels = {place: grouping.label(row[:width]) for place, row in enumerate(best, 1)}
    kinds = {_OTHER: "other", _MISSING: "missing"}
    lines = {}
    for place in (*labels, _OTHER, _MISSING):
        if place in counts:
            said = conditions.get(place)
            query = printed(all_of([base, said])) if said else None
            kind = kinds.get(place, "value")
            lines[place] = Line(kind, labels.get(place), counts[place], query)
    return lines
