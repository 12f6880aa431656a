"""Counts from snapshot to snapshot: how many, of which values, first and last seen.

Where coverage changed between two snapshots the counts on its sides are not compared: `breaks`
says why, and whoever draws a trend draws no line across.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from gatewatch.model.fields import FIELDS
from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Value
from gatewatch.query.nodes import Node, all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.counting import HOST, Unit, all_missing, counting
from gatewatch.report.coverage import breaks, ports_seen
from gatewatch.report.groupings import Grouping, by_field
from gatewatch.report.looking_back import require_several, within

if TYPE_CHECKING:
    import duckdb

__all__ = ["Series", "Trend", "trend"]

_SNAPSHOT = by_field(FIELDS["snapshot"])


@dataclass(frozen=True, slots=True)
class Series:
    """One value through all snapshots."""

    value: Value
    """None: what lacks the field."""
    counts: tuple[int, ...]
    """One for each snapshot."""
    queries: tuple[str, ...]
    """Each finds exactly what one of `counts` counts."""

    @property
    def first(self) -> int | None:
        """The place of the snapshot that saw it first."""
        return next((place for place, count in enumerate(self.counts) if count), None)

    @property
    def last(self) -> int | None:
        """The place of the snapshot that saw it last."""
        seen = [place for place, count in enumerate(self.counts) if count]
        return seen[-1] if seen else None


@dataclass(frozen=True, slots=True)
class Trend:
    """Counts over snapshots."""

    grouping: Grouping | None
    query: str
    snapshots: tuple[SnapshotInfo, ...]
    unit: Unit
    breaks: tuple[str, ...]
    """For each snapshot what changed in coverage before it; empty: nothing."""
    total: Series
    series: tuple[Series, ...]
    """The most frequent values of all snapshots together, the commonest first; then, with the
    value None, what has none of them."""

    @property
    def comparable(self) -> tuple[tuple[int, int], ...]:
        """Neighbouring snapshots, by their places, whose coverage is the same."""
        return tuple(two for two in pairwise(range(len(self.snapshots))) if not self.breaks[two[1]])


def trend(
    con: "duckdb.DuckDBPyConnection",
    scope: Scope,
    grouping: Grouping | None,
    count: int = 10,
    unit: Unit = Unit.SERVICES,
    language: Language = ENGLISH,
) -> Trend:
    """The query of `scope` through its snapshots, in all and by its `count` commonest values.

    Raises BadArguments for one snapshot.
    """
    require_several(scope.infos, "a trend")
    ids = scope.ids
    series = {} if grouping is None else _counted(con, scope, grouping, count, unit)

    def line(value: Value, condition: Node, counts: dict[str, int]) -> Series:
        return Series(
            value,
            tuple(counts.get(one, 0) for one in ids),
            tuple(printed(within(one, condition)) for one in ids),
        )

    return Trend(
        grouping=grouping,
        query=printed(scope.query),
        snapshots=scope.infos,
        unit=unit,
        breaks=breaks(scope.infos, ports_seen(con), language),
        total=line(None, scope.node, _totals(con, scope, unit)),
        series=tuple(
            line(grouping.label(values), all_of([scope.node, grouping.condition(values)]), counts)
            for values, counts in series.items()
            if grouping
        ),
    )


def _totals(con: "duckdb.DuckDBPyConnection", scope: Scope, unit: Unit) -> dict[str, int]:
    rows = counting(scope.node, [_SNAPSHOT], unit, scope.ids)
    return dict(con.execute(f"SELECT value0_0, {_sum(unit)} FROM ({rows.text}) GROUP BY 1",
                            rows.values).fetchall())  # fmt: skip


def _counted(
    con: "duckdb.DuckDBPyConnection", scope: Scope, grouping: Grouping, count: int, unit: Unit
) -> dict[tuple[Any, ...], dict[str, int]]:
    """Counts by snapshot of the best values, the commonest first, missing last."""
    rows = counting(scope.node, [_SNAPSHOT, grouping], unit, scope.ids)
    names = rows.names[1]
    listed, missing = ", ".join(names), all_missing(names)
    same = " AND ".join(f"best.{name} IS NOT DISTINCT FROM counted.{name}" for name in names)
    sql = f"""
        WITH counted AS MATERIALIZED (
            SELECT value0_0, {listed}, {_sum(unit)} AS n FROM ({rows.text}) GROUP BY ALL),
        best AS (
            SELECT {listed}, sum(n) AS total, {missing} AS missing FROM counted GROUP BY ALL
            ORDER BY missing DESC, total DESC, {listed} LIMIT {int(count) + 1})
        SELECT counted.value0_0, {", ".join(f"counted.{name}" for name in names)}, counted.n
        FROM counted JOIN best ON {same}
        ORDER BY missing, total DESC, {", ".join(f"counted.{name}" for name in names)}"""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for snapshot, *values, n in con.execute(sql, rows.values).fetchall():
        found.setdefault(tuple(values), {})[snapshot] = n
    named = [values for values in found if any(value is not None for value in values)][:count]
    lacking = [values for values in found if all(value is None for value in values)]
    return {values: found[values] for values in (*named, *lacking)}


def _sum(unit: Unit) -> str:
    return "sum(n)::BIGINT" if unit is Unit.SERVICES else f"count(DISTINCT {HOST})"
