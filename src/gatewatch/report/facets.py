"""The most frequent values of many fields of one query, in one pass over the cube.

What a column of facets beside a list of hits shows. A report a field would read the cube as often
as there are fields; here it is read once, summed by response and by place, and each field is then
counted over some ten thousand sums. Each facet is the very report that `top` makes of its field:
bars, other, missing, overlap and the query behind each value.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewatch.model.fields import Field, Home
from gatewatch.query.compile import UNDERSTANDING, column_of, counted_from, where
from gatewatch.query.nodes import EVERYTHING
from gatewatch.query.scope import Scope
from gatewatch.report.counting import Unit, counting_in, counting_over
from gatewatch.report.groupings import Grouping
from gatewatch.report.top import Report, best_of, report_of, top

if TYPE_CHECKING:
    import duckdb

__all__ = ["VALUES", "facets"]

VALUES = 8
"""So many values of each field, unless told otherwise."""

# Where the sums are kept as long as the connection lives.
_SUMS, _BY_ANSWER, _BY_PLACE = "facet_sums", "facet_answers", "facet_places"
_LOOKED_UP = "facet_values"
_SUMMED = frozenset({Home.CUBE, Home.RESPONSE})


def facets(
    con: "duckdb.DuckDBPyConnection",
    scope: Scope,
    groupings: Sequence[Grouping],
    count: int = VALUES,
) -> tuple[Report, ...]:
    """`top(con, scope, grouping, count)` of each of `groupings`, in services.

    What only rows carry, an address or a time, is read from the rows, one field after the other.
    """
    answers, places = _summed(con, scope)
    [[total]] = con.execute(f"SELECT coalesce(sum(n), 0)::BIGINT FROM {places}").fetchall()
    together = [one for one in groupings if all(map(_is_stored, one.asked))]
    if together:
        _look_up(con, answers, together)
    found = []
    for grouping in groupings:
        if not all(entry.home in _SUMMED for entry in grouping.asked):
            found.append(top(con, scope, grouping, count))
            continue
        source = answers if grouping.table == UNDERSTANDING else places
        rows = counting_in(source, "sum(n)", [grouping])
        if grouping in together:
            rows = counting_over(_LOOKED_UP, grouping)
        best = best_of(con, rows, count, Unit.SERVICES)
        found.append(report_of(scope, grouping, best, total, Unit.SERVICES))
    return tuple(found)


def _is_stored(entry: Field) -> bool:
    return entry.home is Home.RESPONSE and not entry.computed


def _look_up(con: "duckdb.DuckDBPyConnection", answers: str, groupings: Sequence[Grouping]) -> None:
    """The values of all these groupings, looked up once for each response."""
    fields = dict.fromkeys(entry for one in groupings for entry in one.asked)
    columns = ", ".join(map(column_of, fields))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_LOOKED_UP} AS SELECT {columns}, n "
        f"FROM (SELECT response, sum(n)::BIGINT AS n FROM {answers} GROUP BY response) "
        f"LEFT JOIN {UNDERSTANDING} USING (response)"
    )


def _summed(con: "duckdb.DuckDBPyConnection", scope: Scope) -> tuple[str, str]:
    """Tables of what satisfies the query: by response, and by country, network and port."""
    if scope.node == EVERYTHING:
        return "totals", "places"
    source, _ = counted_from(scope.node)
    weight = "count(*)" if source == "services" else "sum(n)"
    source = "services" if source == "services" else "cube"
    condition = where(scope.node)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_SUMS} AS "
        "SELECT response, country, asn, port, grouping(response) AS by_place, "
        f"{weight}::BIGINT AS n FROM {source} WHERE {condition.text} "
        "GROUP BY GROUPING SETS ((response), (country, asn, port))",
        condition.values,
    )
    for name, by_place in ((_BY_ANSWER, 0), (_BY_PLACE, 1)):
        part = f"SELECT * FROM {_SUMS} WHERE by_place = {by_place}"
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {part}")
    return _BY_ANSWER, _BY_PLACE
