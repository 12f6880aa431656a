"""Values much more, or less, common in one country, network or vendor than everywhere else.

For each pair of a group and a value the log-odds of the value within the group are held against
those in all other groups, with an informative Dirichlet prior: what is known of the value
everywhere counts as `PRIOR` services more, so that small groups do not shout (Monroe, Colaresi
and Quinn, Fightin' Words, 2008). Networks differ by nature, each buys its own devices, so the
usual spread between groups is estimated and added to the variance; what is reported stands out
even from that, by a factor of two at least, at a false-discovery rate of `FDR`.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gatewatch.model.fields import FIELDS
from gatewatch.model.language import ENGLISH, Language, Words
from gatewatch.query.nodes import Node, all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.query.search import count_services
from gatewatch.report.anomaly.discovery import p_value, q_values, spread_beyond
from gatewatch.report.anomaly.finding import FDR, Anomaly, Kind
from gatewatch.report.counting import Unit, base_of, counting
from gatewatch.report.groupings import Grouping, by_field

if TYPE_CHECKING:
    import duckdb

    from gatewatch.model.table import Value

__all__ = ["PRIOR", "represented"]

PRIOR = 50.0
"""Services that what is known everywhere is worth."""
_FACTOR = math.log(2)
_FEWEST = 10
"""Services counted or expected, below which nothing is said of a pair."""
_SAME = 0.5
"""Findings that share this part of their services are one finding."""
_PATCHY = 0.05
"""A value that this part of all groups has half or less of is not missed anywhere."""
_MOST_CANDIDATES = 400

# The most particular group first: of two findings about the same services it is the one told.
_GROUPS = tuple(by_field(FIELDS[name]) for name in ("asn", "country", "vendor"))
_VALUES = tuple(
    by_field(FIELDS[name]) for name in ("model", "vendor", "software", "device.type", "auth.scheme")
)
# What a maker builds is no news about the maker: how its devices are set up is.
_SAME_THING = {
    "asn": (),
    "country": (),
    "vendor": ("vendor", "model", "device.type", "software"),
}


class _Cell(NamedTuple):
    """A value within a group."""

    group: Grouping
    of: Any
    value: Grouping
    is_: Any
    services: int
    expected: float
    log_odds: float
    z: float
    q: float

    @property
    def effect(self) -> float:
        """The logarithm of how many times as many there are as expected."""
        return math.log((self.services + 0.5) / (self.expected + 0.5))

    def node(self) -> Node:
        return all_of([self.group.condition([self.of]), self.value.condition([self.is_])])


def represented(
    con: "duckdb.DuckDBPyConnection", scope: Scope, language: Language = ENGLISH
) -> list[Anomaly]:
    """Pairs that stand out in `scope`, the furthest from usual first."""
    every = [
        cell
        for group in _GROUPS
        for value in _VALUES
        if value.name not in _SAME_THING[group.name]
        for cell in _outstanding(con, scope, group, value)
    ]
    chosen = list(_told_once(con, scope, every[:_MOST_CANDIDATES]))
    found = [_anomaly(scope, cell, language) for cell in chosen]
    return sorted(found, key=lambda one: (-one.score, one.query))


def _outstanding(
    con: "duckdb.DuckDBPyConnection", scope: Scope, group: Grouping, value: Grouping
) -> list[_Cell]:
    """The pairs of two fields that are believed, the furthest from usual first."""
    rows = counting(scope.node, [group, value], Unit.SERVICES)
    sql = f"""
        WITH pairs AS MATERIALIZED ({rows.text}),
        known AS MATERIALIZED (
            SELECT value0_0 AS g, value1_0 AS v, sum(n) AS n FROM pairs
            WHERE value0_0 IS NOT NULL AND value1_0 IS NOT NULL GROUP BY ALL),
        groups AS (SELECT g, sum(n) AS n FROM known GROUP BY g),
        vals AS (SELECT v, sum(n) AS n FROM known GROUP BY v),
        whole AS (SELECT sum(n) AS n FROM known)
        SELECT groups.g, vals.v, coalesce(known.n, 0)::BIGINT, groups.n::BIGINT,
            vals.n::BIGINT, whole.n::BIGINT
        FROM groups CROSS JOIN vals CROSS JOIN whole
            LEFT JOIN known ON known.g = groups.g AND known.v = vals.v
        WHERE groups.n < whole.n AND vals.n < whole.n
            AND greatest(coalesce(known.n, 0), groups.n * vals.n / whole.n) >= {_FEWEST}"""
    return _tested(group, value, con.execute(sql, rows.values).fetchall())


def _tested(group: Grouping, value: Grouping, found: Sequence[tuple[Any, ...]]) -> list[_Cell]:
    odds, variances = [], []
    for _, _, n, in_group, of_value, total in found:
        prior = PRIOR * of_value / total
        rest = of_value - n
        inside = math.log((n + prior) / (in_group - n + PRIOR - prior))
        outside = math.log((rest + prior) / (total - in_group - rest + PRIOR - prior))
        odds.append(inside - outside)
        variances.append(1 / (n + prior) + 1 / (rest + prior))
    usual = spread_beyond(odds, variances)
    z = [one / math.sqrt(variance + usual) for one, variance in zip(odds, variances, strict=True)]
    q = q_values([p_value(one) for one in z])
    cells = [
        _Cell(group, row[0], value, row[1], row[2], row[3] * row[4] / row[5], *figures)
        for row, *figures in zip(found, odds, z, q, strict=True)
    ]
    patchy = _patchy(cells)
    believed = [
        cell
        for cell in cells
        if cell.q <= FDR
        and abs(cell.effect) >= _FACTOR
        and not (cell.effect < 0 and cell.is_ in patchy)
    ]
    return sorted(believed, key=lambda cell: -abs(cell.z))


def _patchy(cells: Sequence[_Cell]) -> set[Any]:
    """The values that many groups have little of: that one more has not is no news."""
    groups = Counter(cell.is_ for cell in cells if cell.expected >= _FEWEST)
    low = Counter(
        cell.is_ for cell in cells if cell.expected >= _FEWEST and cell.effect <= -_FACTOR
    )
    return {value for value, n in low.items() if n - 1 > _PATCHY * groups[value]}


def _told_once(
    con: "duckdb.DuckDBPyConnection", scope: Scope, cells: Sequence[_Cell]
) -> Iterator[_Cell]:
    """`cells` without those that say the same services once more in other words."""
    told: list[_Cell] = []
    for cell in cells:
        kin = [one for one in told if _may_be_kin(one, cell)]
        if cell.effect < 0 and any(one.of == cell.of for one in kin):
            continue
        if cell.effect > 0 and any(_shared(con, scope, one, cell) >= _SAME for one in kin):
            continue
        told.append(cell)
        yield cell


def _may_be_kin(one: _Cell, other: _Cell) -> bool:
    if one.group.name == other.group.name:
        return bool(one.of == other.of)
    return one.value.name == other.value.name and bool(one.is_ == other.is_)


def _shared(con: "duckdb.DuckDBPyConnection", scope: Scope, one: _Cell, other: _Cell) -> float:
    least = min(one.services, other.services)
    if not least:
        return 0.0
    return count_services(con, all_of([scope.node, one.node(), other.node()])) / least


def _anomaly(scope: Scope, cell: _Cell, language: Language) -> Anomaly:
    base = base_of(scope, [cell.group, cell.value])
    numbers: dict[str, Value] = {
        "group": cell.group.name, "of": cell.of, "field": cell.value.name, "value": cell.is_,
        "expected": round(cell.expected, 1), "log_odds": round(cell.log_odds, 3),
        "z": round(cell.z, 2), "q": cell.q,
    }  # fmt: skip
    return Anomaly(
        Kind.REPRESENTED,
        _sentence(cell, language),
        printed(all_of([base, cell.node()])),
        cell.services,
        abs(cell.z),
        numbers,
    )


def _sentence(cell: _Cell, language: Language) -> Words:
    factor = cell.services / cell.expected
    if factor >= 1:
        more = language.phrase("{factor} times as common", factor=language.number(factor, 1))
    else:
        more = language.phrase("only {factor} times as common", factor=language.number(factor, 2))
    return language.phrase(
        "In {group} {of} {field} {value} is {more} as elsewhere: {services} services, {expected} "
        "would be usual.",
        group=cell.group.name,
        of=str(cell.of),
        field=cell.value.name,
        value=str(cell.is_),
        more=more,
        services=cell.services,
        expected=language.number(cell.expected),
    )
