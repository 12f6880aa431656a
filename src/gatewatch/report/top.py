"""The most, or least, frequent values of a field among the services of a query.

Counts are of observed services, or of the hosts that have them. Nothing is dropped: what is
beyond the first n is "other", what lacks the field is counted apart. Where one service has
several values, or one host several services, it counts under each, and `overlap` says how much
more than the total the parts are. Each bucket carries the query that finds exactly its services.
Same query, same snapshots: same report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Value
from gatewatch.query.nodes import EVERYTHING, all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.query.search import count_hosts, count_services
from gatewatch.report.counting import (
    HOST,
    Counting,
    Unit,
    all_missing,
    base_of,
    counting,
    unit_read,
)
from gatewatch.report.groupings import Grouping

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "SPELLED_OUT",
    "Bucket",
    "Report",
    "best_of",
    "report_of",
    "rows_counted",
    "top",
    "total_of",
]

SPELLED_OUT = 50
"""The rest has a query that names what it is not, as long as that is so many values at most."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value, or all that have no bucket of their own."""

    value: Value
    """None: the services that lack the field, or have another value."""
    count: int
    share: float
    """Of the total, 0 to 1."""
    query: str | None
    """Finds exactly these services; None: too many values to name."""
    key: tuple[Any, ...] = ()
    """The value as the grouping's columns have it."""


@dataclass(frozen=True, slots=True)
class Report:
    """The counts of one field."""

    grouping: Grouping
    query: str
    """What was counted, in canonical form."""
    snapshots: tuple[SnapshotInfo, ...]
    unit: Unit
    total: int
    buckets: tuple[Bucket, ...]
    """The most (or least) frequent values, in this order, equal ones by value."""
    other: Bucket | None
    """Those with a value beyond the buckets; None when there are none."""
    other_values: int
    missing: Bucket | None
    """Those that have none of its values; None when there are none."""
    overlap: int
    """So much more than the total the parts add up to: what is counted under several values."""
    hosts: int | None
    """Addresses of those services; None when nobody counted them."""

    @property
    def rows(self) -> tuple[Bucket, ...]:
        """All parts: buckets, the rest, what has no value."""
        return (*self.buckets, *(one for one in (self.other, self.missing) if one))


def top(
    con: "duckdb.DuckDBPyConnection",
    scope: Scope,
    grouping: Grouping,
    count: int = 25,
    *,
    unit: Unit = Unit.SERVICES,
    rarest: bool = False,
) -> Report:
    """The `count` most frequent values of `grouping` in `scope`; `rarest`: least frequent."""
    read = unit_read(scope, unit)
    found = best_of(con, counting(scope.node, [grouping], read), count, read, rarest=rarest)
    total = found[0][-3] if found else 0
    if grouping.overlaps or read is Unit.HOSTS:
        total = total_of(con, scope, read)
    return report_of(scope, grouping, found, total, unit)


def report_of(
    scope: Scope, grouping: Grouping, found: Sequence[Sequence[Any]], total: int, unit: Unit
) -> Report:
    """The report that the rows of `best_of` make; `total`: how many satisfy the query."""
    values, _, without, rest = found[0][-4:] if found else (0, 0, 0, 0)
    base = base_of(scope, [grouping])
    width = len(grouping.columns)
    named = [row[:width] for row in found if any(value is not None for value in row[:width])]

    def bucket(values: Sequence[Any], services: int) -> Bucket:
        query = printed(all_of([base, grouping.condition(values)]))
        return Bucket(grouping.label(values), services, services / total, query, tuple(values))

    others = None
    if len(named) <= SPELLED_OUT and not grouping.overlaps:
        others = printed(all_of([base, grouping.others(named)]))
    buckets = tuple(
        bucket(row[:width], row[width])
        for row in found
        if any(value is not None for value in row[:width])
    )
    return Report(
        grouping=grouping,
        query=printed(scope.query),
        snapshots=scope.infos,
        unit=unit,
        total=total,
        buckets=buckets,
        other=Bucket(None, rest, rest / total, others) if rest else None,
        other_values=values - len(buckets),
        missing=bucket([None] * width, without) if without else None,
        overlap=sum(one.count for one in buckets) + rest + without - total,
        hosts=_hosts(scope),
    )


def total_of(con: "duckdb.DuckDBPyConnection", scope: Scope, unit: Unit) -> int:
    """How many satisfy the query in its snapshots."""
    read = unit_read(scope, unit)
    return {Unit.SERVICES: count_services, Unit.HOSTS: count_hosts}[read](con, scope.node)


def best_of(
    con: "duckdb.DuckDBPyConnection",
    rows: Counting,
    count: int,
    unit: Unit,
    *,
    rarest: bool = False,
) -> list[tuple[Any, ...]]:
    """The `count` most frequent values of the one grouping of `rows`, how often each, and sums.

    The sums are the same in each row: number of values, all parts, missing, other.
    """
    [names] = rows.names
    listed, missing = ", ".join(names), all_missing(names)
    order = f"{missing}, n {'ASC' if rarest else 'DESC'}, {listed}"
    # Window functions would say the same, twenty times slower over ten thousands of values.
    sql = f"""
        WITH {rows_counted(rows.text, listed, unit)},
        best AS MATERIALIZED (SELECT * FROM counted ORDER BY {order} LIMIT {int(count)}),
        summed AS (
            SELECT count(*) FILTER (WHERE NOT {missing}), sum(n)::BIGINT,
                coalesce(sum(n) FILTER (WHERE {missing}), 0)::BIGINT,
                {_rest(names, missing, unit)}
            FROM counted)
        SELECT {listed}, n, summed.* FROM best CROSS JOIN summed ORDER BY {order}"""
    return con.execute(sql, rows.values).fetchall()


def rows_counted(text: str, listed: str, unit: Unit) -> str:
    """SQL for a table `counted`: each combination of the columns `listed` of `text`, with `n`."""
    if unit is Unit.SERVICES:
        return f"counted AS MATERIALIZED ({text})"
    return (
        f"answered AS MATERIALIZED ({text}), "
        f"counted AS MATERIALIZED (SELECT {listed}, count(*) AS n FROM answered GROUP BY ALL)"
    )


def _rest(names: Sequence[str], missing: str, unit: Unit) -> str:
    """SQL for how many have a value beyond the best."""
    if unit is Unit.SERVICES:
        best = f"(SELECT coalesce(sum(n), 0) FROM best WHERE NOT {missing})"
        return f"(coalesce(sum(n) FILTER (WHERE NOT {missing}), 0) - {best})::BIGINT"
    same = " AND ".join(f"best.{name} IS NOT DISTINCT FROM answered.{name}" for name in names)
    own = all_missing([f"answered.{name}" for name in names])
    return (
        f"(SELECT count(DISTINCT {HOST}) FROM answered "
        f"WHERE NOT {own} AND NOT EXISTS (SELECT 1 FROM best WHERE {same}))"
    )


def _hosts(scope: Scope) -> int | None:
    """Known without counting when the report is of one whole snapshot."""
    if scope.node == EVERYTHING and len(scope.infos) == 1:
        return scope.infos[0].hosts
    return None
