"""How much of what a report counts is at high risk: what an article of 2019 asked for in words."""

from collections import Counter
from typing import TYPE_CHECKING

from gatewatch.model.fields import FIELDS
from gatewatch.query.nodes import Condition, all_of, any_of
from gatewatch.query.scope import Scope
from gatewatch.report.counting import HOST, Unit, counting, unit_read
from gatewatch.report.top import Report

if TYPE_CHECKING:
    import duckdb

    from gatewatch.model.table import Value

__all__ = ["HIGH", "at_high_risk"]

HIGH = any_of(Condition(FIELDS["risk.band"], "=", band) for band in ("critical", "high"))
"""What is counted as high risk."""


def at_high_risk(con: "duckdb.DuckDBPyConnection", scope: Scope, report: Report) -> tuple[int, ...]:
    """Of each part of `report`, in the order of its `rows`, how many are at high risk."""
    read = unit_read(scope, report.unit)
    rows = counting(all_of([scope.node, HIGH]), [report.grouping], read)
    n = "sum(n)::BIGINT" if read is Unit.SERVICES else f"count(DISTINCT {HOST})"
    listed = ", ".join(rows.names[0])
    sql = f"SELECT {listed}, {n} FROM ({rows.text}) GROUP BY ALL"
    counts: Counter[Value] = Counter()
    for *values, high in con.execute(sql, rows.values).fetchall():
        counts[report.grouping.label(values)] += high
    named = [counts[one.value] for one in report.buckets]
    found = [*named]
    if report.other:
        found.append(counts.total() - sum(named) - counts[None])
    if report.missing:
        found.append(counts[None])
    return tuple(found)
