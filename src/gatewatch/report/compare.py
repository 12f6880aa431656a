"""Two counts of one field side by side: between snapshots, or between two queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.table import Value
from gatewatch.query.nodes import all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.counting import HOST, Unit, all_missing, base_of, counting
from gatewatch.report.coverage import change, ports_seen
from gatewatch.report.groupings import Grouping

if TYPE_CHECKING:
    import duckdb

__all__ = ["Comparison", "Pair", "compare"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One value on both sides."""

    value: Value
    """None: what lacks the field."""
    before: int
    after: int
    queries: tuple[str, str]
    """Each finds exactly what its side counts."""

    @property
    def difference(self) -> int:
        """How many more after."""
        return self.after - self.before

    @property
    def ratio(self) -> float | None:
        """How many times as many after; None where there were none before."""
        return self.after / self.before if self.before else None

    @property
    def fate(self) -> str:
        """`came` where there were none before, `went` where there are none after."""
        return "came" if not self.before else "went" if not self.after else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides of one field."""

    grouping: Grouping
    names: tuple[str, str]
    """What the sides are called, as typed."""
    scopes: tuple[Scope, Scope]
    unit: Unit
    totals: tuple[int, int]
    pairs: tuple[Pair, ...]
    """Those that differ most come first, among equals by value."""
    values: int
    """How many values there are on either side, those without a pair here included."""
    break_: str
    """What changed in coverage between two snapshots, so that counts say little; else empty."""


def compare(
    con: "duckdb.DuckDBPyConnection",
    sides: tuple[Scope, Scope],
    names: tuple[str, str],
    grouping: Grouping,
    count: int = 25,
    unit: Unit = Unit.SERVICES,
    language: Language = ENGLISH,
) -> Comparison:
    """The `count` values of `grouping` that differ most between two sides, both read by `con`."""
    rows = [counting(side.node, [grouping], unit, side.ids) for side in sides]
    [columns] = rows[0].names
    listed = ", ".join(columns)
    n = "sum(n)::BIGINT" if unit is Unit.SERVICES else f"count(DISTINCT {HOST})"
    both = " UNION ALL ".join(
        f"SELECT {listed}, {mine}, {yours} FROM "
        f"(SELECT {listed}, {n} AS n FROM ({one.text}) GROUP BY ALL)"
        for one, mine, yours in zip(rows, ("n AS a", "0 AS a"), ("0 AS b", "n AS b"), strict=True)
    )
    sql = f"""
        WITH counted AS MATERIALIZED (
            SELECT {listed}, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b FROM ({both}) GROUP BY ALL)
        SELECT *, (SELECT count(*) FROM counted WHERE NOT {all_missing(columns)}) FROM counted
        ORDER BY abs(b - a) DESC, greatest(a, b) DESC, {listed} LIMIT {int(count)}"""
    found = con.execute(sql, [*rows[0].values, *rows[1].values]).fetchall()
    bases = [base_of(side, [grouping]) for side in sides]

    def pair(values: Sequence[object], before: int, after: int) -> Pair:
        condition = grouping.condition(values)
        first, second = (printed(all_of([base, condition])) for base in bases)
        return Pair(grouping.label(values), before, after, (first, second))

    first, second = (_total(con, side, unit) for side in sides)
    return Comparison(
        grouping=grouping,
        names=names,
        scopes=sides,
        unit=unit,
        totals=(first, second),
        pairs=tuple(pair(row[:-3], row[-3], row[-2]) for row in found),
        values=found[0][-1] if found else 0,
        break_=_break(con, sides, language),
    )


def _total(con: "duckdb.DuckDBPyConnection", side: Scope, unit: Unit) -> int:
    rows = counting(side.node, [], unit, side.ids)
    n = "coalesce(sum(n), 0)::BIGINT" if unit is Unit.SERVICES else f"count(DISTINCT {HOST})"
    return int(con.execute(f"SELECT {n} FROM ({rows.text})", rows.values).fetchall()[0][0])


def _break(con: "duckdb.DuckDBPyConnection", sides: tuple[Scope, Scope], language: Language) -> str:
    if any(len(side.infos) != 1 for side in sides):
        return ""
    before, after = (side.infos[0] for side in sides)
    return "" if before == after else change(before, after, ports_seen(con), language)
