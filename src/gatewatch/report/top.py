"""The most frequent values of a field among the services of a query.

Counts are of observed services. Nothing is dropped: what is beyond the first n is "other", what
lacks the field is counted apart, and the three add up to the total. Each bucket carries the
query that finds exactly its services. Where a service has several values it counts under each,
and `overlap` says how much more than the total the parts are. Same query, same snapshots: same
report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewatch.model.fields import Home, Kind
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Value
from gatewatch.query.compile import counted_from, key_of, where
from gatewatch.query.nodes import EVERYTHING, Node, all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.query.search import count_services
from gatewatch.report.groupings import Grouping

if TYPE_CHECKING:
    import duckdb

    from gatewatch.query.operators import Sql

__all__ = ["UNIT", "Bucket", "Report", "top"]

UNIT = "services"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value."""

    value: Value
    """None: the services that lack the field."""
    count: int
    share: float
    """Of the total, 0 to 1."""
    query: str
    """Finds exactly these services."""


@dataclass(frozen=True, slots=True)
class Report:
    """The counts of one field."""

    grouping: Grouping
    query: str
    """What was counted, in canonical form."""
    snapshots: tuple[SnapshotInfo, ...]
    total: int
    buckets: tuple[Bucket, ...]
    """The most frequent values, the commonest first, equal ones by value."""
    other: int
    """Services with a value beyond the buckets."""
    other_values: int
    overlap: int
    """So much more than the total the parts add up to: services counted under several values."""
    missing: Bucket | None
    """The services that have none of its values; None when there are none."""
    hosts: int | None
    """Addresses of those services; None when nobody counted them."""

    @property
    def unit(self) -> str:
        """What is counted."""
        return UNIT


def top(
    con: "duckdb.DuckDBPyConnection", scope: Scope, grouping: Grouping, count: int = 25
) -> Report:
    """The `count` most frequent values of `grouping` among the services of `scope`."""
    found = _counted(con, scope.node, grouping, count)
    parts, values, without = found[0][-3:] if found else (0, 0, 0)
    total = count_services(con, scope.node) if grouping.overlaps else parts
    base = _base(scope, grouping)

    def bucket(values: Sequence[Any], services: int) -> Bucket:
        query = printed(all_of([base, grouping.condition(values)]))
        share = services / total if total else 0.0
        return Bucket(grouping.label(values), services, share, query)

    buckets = tuple(
        bucket(row[:-4], row[-4]) for row in found if any(value is not None for value in row[:-4])
    )
    return Report(
        grouping=grouping,
        query=printed(scope.query),
        snapshots=scope.infos,
        total=total,
        buckets=buckets,
        other=parts - without - sum(one.count for one in buckets),
        other_values=values - len(buckets),
        overlap=parts - total,
        missing=bucket([None] * len(grouping.columns), without) if without else None,
        hosts=_hosts(scope),
    )


def _counted(
    con: "duckdb.DuckDBPyConnection", node: Node, grouping: Grouping, count: int
) -> list[tuple[Any, ...]]:
    """Rows of: the values, their services, then total, number of values, services without any."""
    names = [f"value{place}" for place in range(len(grouping.columns))]
    listed = ", ".join(names)
    missing = " AND ".join(f"{name} IS NULL" for name in names)
    condition = where(node)
    # Window functions would say the same, twenty times slower over ten thousands of values.
    sql = f"""
        WITH counted AS MATERIALIZED ({_by_value(node, condition, grouping, names)}),
        summed AS (
            SELECT sum(n)::BIGINT, count(*) FILTER (WHERE NOT ({missing})),
                coalesce(sum(n) FILTER (WHERE {missing}), 0)::BIGINT
            FROM counted)
        SELECT * FROM
            (SELECT {listed}, n FROM counted
                ORDER BY {missing}, n DESC, {listed} LIMIT {int(count)})
            CROSS JOIN summed
        ORDER BY {missing}, n DESC, {listed}"""
    return con.execute(sql, condition.values).fetchall()


def _by_value(node: Node, condition: "Sql", grouping: Grouping, names: Sequence[str]) -> str:
    """SQL for one row of values and `n` each, from the smallest view that can answer."""
    fields = (*grouping.fields, *([grouping.instead] if grouping.instead else []))
    source, weight = counted_from(node, fields)
    values = ", ".join(
        f"{column} AS {name}" for column, name in zip(grouping.columns, names, strict=True)
    )
    if grouping.table is None:
        return (
            f"SELECT {values}, {weight}::BIGINT AS n FROM {source} "
            f"WHERE {condition.text} GROUP BY ALL"
        )
    # Millions of rows become some ten thousand keys before anything is looked up.
    key = key_of(grouping.table)
    return (
        f"SELECT {', '.join(names)}, sum(weight)::BIGINT AS n FROM (SELECT {values}, weight FROM "
        f"(SELECT {key}, {weight}::BIGINT AS weight FROM {source} "
        f"WHERE {condition.text} GROUP BY {key}) "
        f"LEFT JOIN {grouping.table} USING ({key})) GROUP BY ALL"
    )


def _base(scope: Scope, grouping: Grouping) -> Node:
    """The query to which a bucket's condition is added without changing what is looked at."""
    if any(entry.home is Home.SNAPSHOT for entry in grouping.fields):
        return scope.node
    by_time = any(entry.kind is Kind.TIME for entry in grouping.fields)
    return scope.pinned() if by_time else scope.query


def _hosts(scope: Scope) -> int | None:
    """Known without counting when the report is of one whole snapshot."""
    if scope.node == EVERYTHING and len(scope.infos) == 1:
        return scope.infos[0].hosts
    return None
