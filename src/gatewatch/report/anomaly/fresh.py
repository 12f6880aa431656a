"""Values that no snapshot before the newest one saw.

A value of which there are few may have been missed before. When snapshots were alike, all n of its
services fall into the newest one by chance with probability (N / (N + M))^n, N being the services
of the newest snapshot and M those of all before; what is reported is beyond that at a
false-discovery rate of `FDR`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gatewatch.model.fields import FIELDS
from gatewatch.model.language import ENGLISH, Language
from gatewatch.query.nodes import all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.anomaly.discovery import q_values
from gatewatch.report.anomaly.finding import FDR, Anomaly, Kind
from gatewatch.report.counting import Unit, all_missing, counting
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field
from gatewatch.report.looking_back import require_several, within

if TYPE_CHECKING:
    import duckdb

__all__ = ["new_values"]

# All are of the response. The most general first: of two findings about the same services it is
# the one told.
_FIELDS: tuple[Grouping, ...] = (
    by_field(FIELDS["device.type"]),
    by_field(FIELDS["vendor"]),
    PRODUCTS,
    Grouping("software", (FIELDS["software"], FIELDS["software.version"])),
    by_field(FIELDS["server"]),
    by_field(FIELDS["realm"]),
)
_SAME = 0.8
_MOST = 300
_SNAPSHOT, _RESPONSE = by_field(FIELDS["snapshot"]), by_field(FIELDS["response"])


class _Unseen(NamedTuple):
    values: Sequence[Any]
    services: int
    q: float
    responses: dict[str, int]
    """Its services by the answer they give."""


def new_values(
    con: "duckdb.DuckDBPyConnection", scope: Scope, language: Language = ENGLISH
) -> list[Anomaly]:
    """What the last snapshot of `scope` saw first, the most frequent first."""
    require_several(scope.infos, "what is new")
    told: list[tuple[_Unseen, Anomaly]] = []
    for grouping in _FIELDS:
        for one in _unseen(con, scope, grouping):
            if not any(_shared(one, other) >= _SAME * one.services for other, _ in told):
                told.append((one, _anomaly(scope, grouping, one, language)))
    return sorted((one for _, one in told), key=lambda one: (-one.score, one.query))


def _shared(one: _Unseen, other: _Unseen) -> int:
    return sum(n for response, n in one.responses.items() if response in other.responses)


def _anomaly(scope: Scope, grouping: Grouping, one: _Unseen, language: Language) -> Anomaly:
    newest, label = scope.infos[-1], grouping.label(one.values)
    node = all_of([scope.node, grouping.condition(one.values)])
    return Anomaly(
        Kind.NEW,
        language.plural(
            "{field} {value} is new: {services} in {snapshot}, none in the {n} snapshot before.",
            "{field} {value} is new: {services} in {snapshot}, none in the {n} snapshots before.",
            len(scope.infos) - 1,
            field=grouping.name,
            value=label,
            services=language.plural("{n} service", "{n} services", one.services),
            snapshot=newest.id,
        ),
        printed(within(newest.id, node)),
        one.services,
        float(one.services),
        {"field": grouping.name, "value": label, "q": one.q},
    )


def _unseen(con: "duckdb.DuckDBPyConnection", scope: Scope, grouping: Grouping) -> list[_Unseen]:
    """Values of the newest snapshot alone, the commonest first."""
    rows = counting(scope.node, [_SNAPSHOT, grouping, _RESPONSE], Unit.SERVICES, scope.ids)
    listed = ", ".join(rows.names[1])
    sql = f"""
        WITH counted AS MATERIALIZED (
            SELECT {listed}, sum(n) FILTER (WHERE value0_0 = ?) AS now,
                sum(n) FILTER (WHERE value0_0 <> ?) AS before,
                list((value2_0, n)) FILTER (WHERE value0_0 = ?) AS answers
            FROM ({rows.text}) GROUP BY ALL),
        whole AS (SELECT sum(now) AS now, sum(before) AS before FROM counted)
        SELECT {listed}, counted.now::BIGINT, answers,
            pow(whole.now / (whole.now + coalesce(whole.before, 0)), counted.now),
            count(*) OVER ()
        FROM counted CROSS JOIN whole
        WHERE counted.before IS NULL AND NOT {all_missing(rows.names[1])}
        ORDER BY counted.now DESC, {listed} LIMIT {_MOST}"""
    newest = scope.infos[-1].id
    found = con.execute(sql, [newest, newest, newest, *rows.values]).fetchall()
    q = q_values([row[-2] for row in found], found[0][-1] if found else 0)
    return [
        _Unseen(row[:-4], row[-4], one, dict(row[-3]))
        for row, one in zip(found, q, strict=True)
        if one <= FDR
    ]
