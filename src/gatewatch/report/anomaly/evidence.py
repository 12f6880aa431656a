"""Why the exposure of a network broke, and what decides that.

In this order, the first that holds:
1. scan fault: most neighbouring networks (those with hosts in the address blocks around) broke in
   the same way at once, or the count came back in the very next snapshot;
2. renumbered: most of what was lost is gained, with the same answers, by another network (and the
   other way round for a rise);
3. patched: at most of the lost addresses the same port still answers, otherwise;
4. filtered: neither; that other ports of the same addresses still answer makes it surer.
A rise that is none of the first two is `opened`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewatch.model.language import ENGLISH, Language
from gatewatch.query.compile import where
from gatewatch.query.nodes import Node
from gatewatch.query.scope import Scope
from gatewatch.report.anomaly.broken import Break, Series
from gatewatch.report.anomaly.finding import Verdict

if TYPE_CHECKING:
    import duckdb

__all__ = ["Judged", "judged"]

_MOST_OF = 0.5
_BACK = 0.8
_ALIKE = 0.8
"""What one network lost and another gained is the same when so much of both is."""
_BLOCKS_AROUND = 8
"""A block is a /16 of IPv4, a /32 of IPv6; networks so many blocks away are neighbours."""
_FEWEST_NEIGHBOURS = 3
_FEWEST = 10
_MOVED = 0.7
"""A neighbour that fell to this part moved along, one that rose to its inverse as well."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A break with its verdict."""

    found: Break
    verdict: Verdict
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Lost:
    """What became of the addresses that a network lost."""

    addresses: int
    same_port: int
    """Still answer on the port, otherwise."""
    other_port: int
    """Answer on other ports alone."""


def judged(
    con: "duckdb.DuckDBPyConnection",
    scope: Scope,
    series: Series,
    breaks: Sequence[Break],
    language: Language = ENGLISH,
) -> list[Judged]:
    """Each of `breaks`, which are of networks or of software in networks, with its reason."""
    found = []
    for place in sorted({one.at for one in breaks}):
        here = [one for one in breaks if one.at == place]
        around = _neighbours(con, scope.ids[place - 1], scope.ids[place], here)
        mixes = _mixes(con, scope.node, scope.ids[place - 1], scope.ids[place])
        lost = _lost(con, scope, place, [one for one in here if one.fell])
        found += [
            _judge(one, series, _moved_along(one, series, around), mixes, lost, breaks, language)
            for one in here
        ]
    return found


def _judge(
    one: Break,
    series: Series,
    neighbours: tuple[int, int],
    mixes: Mapping[int, Counter[int]],
    lost: Mapping[tuple[Any, ...], _Lost],
    breaks: Sequence[Break],
    language: Language,
) -> Judged:
    moved, there = neighbours
    counts = series[one.key]
    if there >= _FEWEST_NEIGHBOURS and moved > _MOST_OF * there:
        said = (
            language.phrase(
                "{moved} of {n} neighbouring networks fell at the same time", moved=moved, n=there
            )
            if one.fell
            else language.phrase(
                "{moved} of {n} neighbouring networks rose at the same time", moved=moved, n=there
            )
        )
        return Judged(one, Verdict.SCAN_FAULT, (said,))
    back = counts[one.until + 1] if one.until + 1 < len(counts) else None
    if one.fell and back is not None and back >= _BACK * one.before:
        said = language.phrase("{n} were back in the next snapshot", n=back)
        return Judged(one, Verdict.SCAN_FAULT, (said,))
    elsewhere = _elsewhere(one, mixes, breaks, language) if len(one.key) == 2 else None
    if elsewhere:
        return Judged(one, Verdict.RENUMBERED, (elsewhere,))
    stayed = language.plural(
        "{stayed} of {n} neighbouring network stayed as they were",
        "{stayed} of {n} neighbouring networks stayed as they were",
        there,
        stayed=there - moved,
    )
    around = (stayed,) if there else ()
    if not one.fell:
        return Judged(
            one, Verdict.OPENED, (*around, language.phrase("no other network lost such devices"))
        )
    return _of_lost(one, lost.get(one.key, _Lost(0, 0, 0)), around, language)


def _of_lost(one: Break, lost: _Lost, around: tuple[str, ...], language: Language) -> Judged:
    said = language.phrase(
        "{n} of {lost} lost addresses still answer there, otherwise",
        n=lost.same_port,
        lost=lost.addresses,
    )
    if lost.addresses and lost.same_port > _MOST_OF * lost.addresses:
        return Judged(one, Verdict.PATCHED, (said, *around))
    silent = language.phrase("no network gained such devices")
    if lost.other_port:
        silent = language.phrase(
            "{n} of {lost} lost addresses answer on other ports",
            n=lost.other_port,
            lost=lost.addresses,
        )
    return Judged(one, Verdict.FILTERED, (*around, silent))


def _neighbours(
    con: "duckdb.DuckDBPyConnection", before: str, after: str, breaks: Sequence[Break]
) -> dict[int, set[int]]:
    """The networks with hosts in the address blocks around those of each broken network."""
    found = con.execute(
        "SELECT DISTINCT asn, CASE WHEN ip_high IS NULL THEN ip >> 16 ELSE ip_high >> 32 END, "
        "ip_high IS NULL FROM services WHERE snapshot IN (?, ?) AND asn IS NOT NULL",
        [before, after],
    ).fetchall()
    in_block: dict[tuple[int, bool], set[int]] = {}
    blocks: dict[int, list[tuple[int, bool]]] = {}
    for asn, block, old in found:
        in_block.setdefault((block, old), set()).add(asn)
        blocks.setdefault(asn, []).append((block, old))
    around: dict[int, set[int]] = {}
    for asn in {one.key[0] for one in breaks}:
        near: set[int] = set()
        for block, old in blocks.get(asn, []):
            for step in range(-_BLOCKS_AROUND, _BLOCKS_AROUND + 1):
                near |= in_block.get((block + step, old), set())
        around[asn] = near - {asn}
    return around


def _moved_along(one: Break, series: Series, around: Mapping[int, set[int]]) -> tuple[int, int]:
    """How many neighbours moved the same way in the same snapshot, of how many large enough."""
    moved = there = 0
    for asn in around.get(one.key[0], ()):
        counts = series.get((asn, *one.key[1:]))
        if counts is None:
            continue
        before, now = counts[one.at - 1], counts[one.at]
        if max(before, now) >= _FEWEST:
            there += 1
            moved += now <= _MOVED * before if one.fell else now * _MOVED >= before
    return moved, there


def _mixes(
    con: "duckdb.DuckDBPyConnection", node: Node, before: str, after: str
) -> dict[int, Counter[int]]:
    """For each network and response how many services more there are after than before."""
    condition = where(node)
    found = con.execute(
        "SELECT asn, response, (coalesce(sum(n) FILTER (WHERE snapshot = ?), 0) - "
        "coalesce(sum(n) FILTER (WHERE snapshot = ?), 0))::BIGINT AS more FROM "
        "(SELECT snapshot, asn, response, count(*) AS n FROM services "
        f"WHERE snapshot IN (?, ?) AND asn IS NOT NULL AND {condition.text} GROUP BY ALL) "
        "GROUP BY ALL HAVING more <> 0",
        [after, before, before, after, *condition.values],
    ).fetchall()
    mixes: dict[int, Counter[int]] = {}
    for asn, response, more in found:
        mixes.setdefault(asn, Counter())[response] = more
    return mixes


def _elsewhere(
    one: Break, mixes: Mapping[int, Counter[int]], breaks: Sequence[Break], language: Language
) -> str | None:
    """Which network gained, or lost, what this one lost, or gained; None: none did."""
    sign = -1 if one.fell else 1
    mine = _part(mixes, one.key[0], sign)
    others = {other.key[0] for other in breaks if other.at == one.at and other.fell != one.fell}
    best, alike, shared = None, _ALIKE, 0
    for asn in sorted(others - {one.key[0]}):
        theirs = _part(mixes, asn, -sign)
        common = (mine & theirs).total()
        share = common / max(mine.total(), theirs.total(), 1)
        if share > alike:
            best, alike, shared = asn, share, common
    if best is None:
        return None
    numbers = {"n": shared, "all": mine.total(), "network": f"AS{best}"}
    if one.fell:
        return language.phrase(
            "{n} of {all} services with the same answers were gained by {network}", **numbers
        )
    return language.phrase(
        "{n} of {all} services with the same answers were lost by {network}", **numbers
    )


def _part(mixes: Mapping[int, Counter[int]], asn: int, sign: int) -> Counter[int]:
    """What a network gained (sign 1) or lost (-1), by response."""
    own = mixes.get(asn, Counter())
    return Counter({response: sign * more for response, more in own.items() if sign * more > 0})


def _lost(
    con: "duckdb.DuckDBPyConnection", scope: Scope, place: int, breaks: Sequence[Break]
) -> dict[tuple[Any, ...], _Lost]:
    """What became of the lost addresses of each broken series, in the snapshot of the break."""
    if not breaks:
        return {}
    condition = where(scope.node)
    before, after = scope.ids[place - 1], scope.ids[place]
    software = len(breaks[0].key) > 2
    names = ["asn", "port", *(("software", "software_version") if software else ())]
    listed = ", ".join(names)
    join = "LEFT JOIN understanding USING (response)" if software else ""
    same = " AND ".join(f"b.{name} IS NOT DISTINCT FROM a.{name}" for name in names)
    marks = ", ".join("?" * len(breaks))
    rows = (
        f"SELECT coalesce(ip_high, 0) AS high, ip, {listed} FROM (SELECT * FROM services "
        f"WHERE snapshot = ? AND asn IN ({marks}) AND {condition.text}) {join}"
    )
    sql = f"""
        WITH a AS MATERIALIZED ({rows}), b AS MATERIALIZED ({rows}),
        gone AS (SELECT a.* FROM a ANTI JOIN b ON b.high = a.high AND b.ip = a.ip AND {same}),
        there AS MATERIALIZED (
            SELECT coalesce(ip_high, 0) AS high, ip, list(port) AS ports FROM services
            WHERE snapshot = ? AND asn IN ({marks}) GROUP BY ALL)
        SELECT {", ".join(f"gone.{name}" for name in names)}, count(*),
            count(*) FILTER (WHERE list_contains(ports, port)),
            count(*) FILTER (WHERE NOT list_contains(ports, port))
        FROM gone LEFT JOIN there ON there.high = gone.high AND there.ip = gone.ip GROUP BY ALL"""
    asns = [one.key[0] for one in breaks]
    found = con.execute(
        sql,
        [before, *asns, *condition.values, after, *asns, *condition.values, after, *asns],
    ).fetchall()
    return {tuple(row[: len(names)]): _Lost(*row[len(names) :]) for row in found}
