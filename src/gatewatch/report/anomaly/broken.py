"""Networks whose exposure broke: fell silent, halved, or rose to a multiple.

Each network and port is followed through the snapshots that cover the same. A break is a count of
half or less, or of twice or more, the median of the three before, beyond what chance and the usual
unrest of all networks explain at a false-discovery rate of `FDR`. A rise over several snapshots is
one break, measured from before it began. Then the same is asked of each software within a network
whose count as a whole stayed: that is how a patch shows. Why it broke is weighed in `evidence`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.scope import Scope
from gatewatch.report.anomaly.discovery import p_value, q_values, spread_beyond
from gatewatch.report.anomaly.finding import FDR
from gatewatch.report.counting import Unit, counting
from gatewatch.report.groupings import Grouping, by_field

if TYPE_CHECKING:
    import duckdb

__all__ = ["NETWORK", "SOFTWARE", "Break", "breaks_of", "series_of"]

NETWORK = (by_field(FIELDS["asn"]), by_field(FIELDS["port"]))
SOFTWARE = (*NETWORK, Grouping("software", (FIELDS["software"], FIELDS["software.version"])))
"""What is followed: values of these."""

_SNAPSHOT = by_field(FIELDS["snapshot"])
_LOOK_BACK = 3
_FACTOR = math.log(2)
_FEWEST = 20
"""Services before or after, below which a network may do what it likes."""

_FEWEST_SERIES = 8
"""Networks that tell what is common to all."""
_ROUNDING = 0.02
"""Logarithms of half counts: 40 to 20 is half."""

Series = dict[tuple[Any, ...], list[int]]
"""What is followed to its counts, one for each snapshot."""


@dataclass(frozen=True, slots=True)
class Break:
    """One series that broke."""

    key: tuple[Any, ...]
    """asn, port, and for software its name and version."""
    at: int
    """The place of the snapshot where it began."""
    until: int
    """The place of the last snapshot that is part of it."""
    before: int
    after: int
    z: float

    @property
    def fell(self) -> bool:
        """Whether less is exposed."""
        return self.after < self.before


def series_of(
    con: "duckdb.DuckDBPyConnection", scope: Scope, followed: Sequence[Grouping]
) -> Series:
    """The counts of every value of `followed` that was ever large enough to be watched."""
    rows = counting(scope.node, [_SNAPSHOT, *followed], Unit.SERVICES, scope.ids)
    names = [name for own in rows.names[1:] for name in own]
    listed, known = ", ".join(names), rows.names[1][0]
    sql = f"""
        WITH counted AS MATERIALIZED (
            SELECT value0_0 AS snapshot, {listed}, sum(n)::BIGINT AS n FROM ({rows.text})
            WHERE {known} IS NOT NULL GROUP BY ALL),
        large AS (SELECT {listed} FROM counted GROUP BY ALL HAVING max(n) >= {_FEWEST})
        SELECT counted.* FROM counted SEMI JOIN large
            ON {" AND ".join(f"counted.{one} IS NOT DISTINCT FROM large.{one}" for one in names)}
        ORDER BY ALL"""
    places = {name: place for place, name in enumerate(scope.ids)}
    found: Series = {}
    for snapshot, *values, n in con.execute(sql, rows.values).fetchall():
        found.setdefault(tuple(values), [0] * len(places))[places[snapshot]] = n
    return found


def breaks_of(
    series: Series, snapshots: Sequence[SnapshotInfo], covered: Sequence[str], first: int
) -> list[Break]:
    """The breaks that last into a snapshot at the place `first` or later, oldest first.

    `covered` says of each snapshot what changed in coverage before it; nothing is compared across.
    """
    steps: dict[tuple[Any, ...], list[tuple[int, float]]] = {}
    for place in range(1, len(snapshots)):
        start = max((at for at in range(place + 1) if covered[at]), default=0)
        if start < place:
            for key, z in _moved(series, start, place):
                steps.setdefault(key, []).append((place, z))
    found = [one for key, moves in steps.items() for one in _joined(key, series[key], moves)]
    return sorted(
        (one for one in found if one.until >= first), key=lambda one: (one.at, one.key[0])
    )


def _moved(series: Series, start: int, place: int) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Which series moved into the snapshot at `place`, those from `start` being comparable."""
    watched = [
        (key, median(counts[max(start, place - _LOOK_BACK) : place]), counts[place])
        for key, counts in series.items()
    ]
    watched = [one for one in watched if max(one[1:]) >= _FEWEST]
    moves = [math.log((now + 0.5) / (before + 0.5)) for _, before, now in watched]
    variances = [1 / (now + 0.5) + 1 / (before + 0.5) for _, before, now in watched]
    common = median(moves) if len(moves) >= _FEWEST_SERIES else 0.0
    usual = spread_beyond(moves, variances)
    z = [_far(before * math.exp(common), now, usual) for _, before, now in watched]
    q = q_values([p_value(one) for one in z])
    for (key, *_), move, far, sure in zip(watched, moves, z, q, strict=True):
        if sure <= FDR and abs(move) >= _FACTOR - _ROUNDING:
            yield key, far


def _far(before: float, now: float, usual: float) -> float:
    """How far apart two counts are, in their spread: roots of counts spread alike (Anscombe, 1948).

    `usual` is the variance of logarithms that unrest adds.
    """
    apart = 2 * (math.sqrt(now + 0.375) - math.sqrt(before + 0.375))
    return apart / math.sqrt(2 + usual * (before + now) / 2)


def _joined(
    key: tuple[Any, ...], counts: Sequence[int], moves: Sequence[tuple[int, float]]
) -> Iterator[Break]:
    """Moves of one series in one direction, without a pause, are one break."""
    runs: list[list[tuple[int, float]]] = []
    for move in moves:
        last = runs[-1][-1] if runs else None
        if last and move[0] == last[0] + 1 and (move[1] > 0) == (last[1] > 0):
            runs[-1].append(move)
        else:
            runs.append([move])
    for run in runs:
        at, until = run[0][0], run[-1][0]
        before = round(median(counts[max(0, at - _LOOK_BACK) : at]))
        yield Break(key, at, until, before, counts[until], max((z for _, z in run), key=abs))
