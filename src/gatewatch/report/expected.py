"""How many services of a value are to be expected: each match counts by its confidence.

A count of matches says how many *may* be affected. The sum of their confidences says how many are
to be expected, and the part of it that rests on behaviour is certain: the truth lies from there
up to the matches.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gatewatch.query.compile import counted_from, where
from gatewatch.query.scope import Scope
from gatewatch.report.counting import Unit
from gatewatch.report.groupings import Grouping
from gatewatch.report.sampling import sampled_share

if TYPE_CHECKING:
    import duckdb

__all__ = ["Expected", "expected"]

# Fields whose elements have a sureness and a word beside them (store.schema.SURENESS).
_WEIGHED = frozenset({"cve", "finding"})
_BY_BEHAVIOUR = "'vulnerable', 'observed'"


class Expected(NamedTuple):
    """Of the services with one value."""

    services: float
    """The sum of their confidences; of a sample, scaled to the whole."""
    certain: float
    """Of that sum, what rests on behaviour."""


def expected(
    con: "duckdb.DuckDBPyConnection", scope: Scope, grouping: Grouping, unit: Unit
) -> Mapping[str, Expected] | None:
    """By value of `grouping`; None where its values have no confidence, or hosts are counted."""
    [entry, *others] = grouping.fields
    if others or entry.name not in _WEIGHED or unit is not Unit.SERVICES:
        return None
    condition = where(scope.node)
    source, weight = counted_from(scope.node, [entry])
    column = entry.column
    rows = con.execute(
        f"""
        WITH counted AS (
            SELECT response, {weight}::BIGINT AS n FROM {source}
            WHERE {condition.text} GROUP BY response),
        each AS (
            SELECT n, unnest({column}) AS value, unnest({column}_sure) AS sure,
                unnest({column}_verdict) AS verdict
            FROM counted JOIN understanding USING (response))
        SELECT value, sum(n * sure)::DOUBLE / 100,
            coalesce(sum(n * sure) FILTER (WHERE verdict IN ({_BY_BEHAVIOUR})), 0)::DOUBLE / 100
        FROM each GROUP BY value""",
        condition.values,
    ).fetchall()
    scale = sampled_share(scope.infos)
    return {value: Expected(total / scale, certain / scale) for value, total, certain in rows}
