"""How long a device stays as it is: the Kaplan-Meier estimator over snapshots.

A host enters when it first satisfies the query. It ends when the same address, with the same
maker and model in its answer, no longer satisfies it: the device was mended. A host that is not
seen any more, or is seen with another device, is censored where it was last seen as it was, since
nobody knows: it may be mended, filtered, switched off or renumbered. Hosts whose address ever
shows two devices, or none that is known, are left out: their address may not be stable.

Kaplan and Meier (1958); the variance is Greenwood's (1926), the interval is on the log(-log)
scale (Kalbfleisch and Prentice, 2002, section 1.4), which stays between 0 and 1.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gatewatch.model.moment import SECOND
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.compile import UNDERSTANDING, key_of, where
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.looking_back import require_several

if TYPE_CHECKING:
    import duckdb

__all__ = ["Fate", "Step", "Survival", "kaplan_meier", "survival"]

_Z = 1.959963984540054
_DAY = 86_400 * SECOND


class Fate(NamedTuple):
    """What became of some hosts."""

    days: float
    """From when they were first seen so until they were last, or until they ended."""
    ended: bool
    """False: nobody knows how it went on."""
    hosts: int


class Step(NamedTuple):
    """The curve falls here."""

    days: float
    at_risk: int
    """Hosts known to be as they were just before."""
    ended: int
    share: float
    """Of all hosts that are still as they were after so many days."""
    low: float
    high: float
    """95 % confidence interval."""


@dataclass(frozen=True, slots=True)
class Survival:
    """How long hosts satisfied a query."""

    query: str
    snapshots: tuple[SnapshotInfo, ...]
    hosts: int
    """With a stable address; the others are left out."""
    unstable: int
    """Hosts left out, since their address showed two devices, or none that is known."""
    ended: int
    steps: tuple[Step, ...]

    @property
    def median(self) -> float | None:
        """The days after which half of them have ended; None when fewer have so far."""
        return next((step.days for step in self.steps if step.share <= 0.5), None)


def survival(con: "duckdb.DuckDBPyConnection", scope: Scope) -> Survival:
    """How long hosts satisfied the query of `scope`; raises BadArguments for one snapshot."""
    require_several(scope.infos, "survival")
    condition = where(scope.node)
    key = key_of(UNDERSTANDING)
    order = " ".join(f"WHEN ? THEN {place}" for place in range(len(scope.infos)))
    sql = f"""
        WITH seen AS (
            SELECT ip_high, ip, CASE snapshot {order} END AS place, matches,
                concat_ws(' ', vendor, model) AS device
            FROM (SELECT *, coalesce({condition.text}, false) AS matches FROM services)
            LEFT JOIN {UNDERSTANDING} USING ({key})),
        days AS (
            SELECT ip_high, ip, place, bool_or(matches) AS matches, min(device) AS least,
                max(device) AS most
            FROM seen GROUP BY ip_high, ip, place),
        hosts AS (
            SELECT list(place) FILTER (WHERE matches) AS yes,
                list(place) FILTER (WHERE NOT matches) AS no,
                min(least) = max(most) AND min(least) <> '' AS stable
            FROM days GROUP BY ip_high, ip HAVING yes IS NOT NULL),
        stops AS (
            SELECT *, list_min(yes) AS start,
                list_min(list_filter(no, lambda one: one > list_min(yes))) AS stop
            FROM hosts)
        SELECT stable, start, stop,
            list_max(list_filter(yes, lambda one: stop IS NULL OR one < stop)) AS last, count(*)
        FROM stops GROUP BY ALL ORDER BY ALL"""
    found = con.execute(sql, [*scope.ids, *condition.values]).fetchall()
    when = [info.last_seen / _DAY for info in scope.infos]
    fates = [
        Fate(when[last if stop is None else stop] - when[start], stop is not None, hosts)
        for stable, start, stop, last, hosts in found
        if stable
    ]
    return Survival(
        query=printed(scope.query),
        snapshots=scope.infos,
        hosts=sum(fate.hosts for fate in fates),
        unstable=sum(row[-1] for row in found if not row[0]),
        ended=sum(fate.hosts for fate in fates if fate.ended),
        steps=tuple(kaplan_meier(fates)),
    )


def kaplan_meier(fates: Iterable[Fate]) -> list[Step]:
    """The steps of the curve, at each time when somebody ended."""
    ended: dict[float, int] = {}
    left: dict[float, int] = {}
    for fate in fates:
        left[fate.days] = left.get(fate.days, 0) + fate.hosts
        if fate.ended:
            ended[fate.days] = ended.get(fate.days, 0) + fate.hosts
    at_risk, share, variance = sum(left.values()), 1.0, 0.0
    steps = []
    for days in sorted(left):
        events = ended.get(days, 0)
        if events:
            share *= 1 - events / at_risk
            if at_risk > events:
                variance += events / (at_risk * (at_risk - events))
            steps.append(Step(days, at_risk, events, share, *_interval(share, variance)))
        at_risk -= left[days]
    return steps


def _interval(share: float, variance: float) -> tuple[float, float]:
    if not 0 < share < 1:
        return share, share
    log = math.log(share)
    spread = _Z * math.sqrt(variance) / abs(log)
    return share ** math.exp(spread), share ** math.exp(-spread)
