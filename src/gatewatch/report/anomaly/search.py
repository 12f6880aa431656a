"""All anomalies of a lake, kind after kind."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from gatewatch.model.moment import SECOND
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.nodes import all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.anomaly.broken import NETWORK, SOFTWARE, Break, Series, breaks_of, series_of
from gatewatch.report.anomaly.evidence import Judged, judged
from gatewatch.report.anomaly.finding import Anomaly, Kind, Verdict
from gatewatch.report.anomaly.fresh import new_values
from gatewatch.report.anomaly.rare import rare_kinds
from gatewatch.report.anomaly.represented import represented
from gatewatch.report.coverage import Ports, breaks, ports_seen, share_change
from gatewatch.report.looking_back import within
from gatewatch.store.lake import Lake

if TYPE_CHECKING:
    import duckdb

__all__ = ["anomalies", "broken_networks", "newest_of"]

_DAY = 86_400 * SECOND
_SILENT = 0.02
_STAYED = 0.7


def anomalies(lake: Lake, chosen: Scope) -> list[Anomaly]:
    """What is odd in the snapshots `chosen`, held against all that came before them.

    Kind after kind, in the order of `Kind`, of each the oddest first. Rare and over-represented
    values are looked for in the newest snapshot alone. With one snapshot nothing is new or broken.
    """
    newest = newest_of(chosen)
    with lake.reading(newest.ids) as con:
        found = [*rare_kinds(con, newest), *represented(con, newest)]
    infos = lake.snapshots[: lake.snapshots.index(newest.infos[0]) + 1]
    if len(infos) < 2:
        return found
    whole = Scope(infos, chosen.node, chosen.query)
    first = infos.index(chosen.infos[0])
    with lake.reading(whole.ids) as con:
        return [*found, *new_values(con, whole), *broken_networks(con, whole, first)]


def newest_of(chosen: Scope) -> Scope:
    """The newest snapshot of `chosen` alone."""
    newest = chosen.infos[-1]
    plain = len(chosen.infos) == 1 and chosen.node == chosen.query
    query = chosen.query if plain else within(newest.id, chosen.node)
    return Scope((newest,), chosen.node, query)


def broken_networks(
    con: "duckdb.DuckDBPyConnection", scope: Scope, first: int = 1
) -> list[Anomaly]:
    """Networks that broke, in the snapshots from the place `first` on, the largest first."""
    first = max(first, 1)
    covered = _covered(scope.infos, ports_seen(con))
    networks = series_of(con, scope, NETWORK)
    broke = breaks_of(networks, scope.infos, covered, first)
    found = judged(con, scope, networks, broke)
    software = series_of(con, scope, SOFTWARE)
    fell = [
        one
        for one in breaks_of(software, scope.infos, covered, first)
        if one.fell and _stayed(one, networks)
    ]
    # A software that grows where another fell is the other side of the same change.
    patched = [one for one in judged(con, scope, software, fell) if one.verdict is Verdict.PATCHED]
    every = [_anomaly(scope, one) for one in (*found, *patched)]
    return sorted(every, key=lambda one: (-one.score, one.query))


def _covered(infos: Sequence[SnapshotInfo], ports: Ports) -> list[str]:
    """Breaks of coverage; counts of samples are compared with those of equal samples alone."""
    shares = ["", *(share_change(before, after) for before, after in pairwise(infos))]
    return [said or share for said, share in zip(breaks(infos, ports), shares, strict=True)]


def _stayed(one: Break, networks: Series) -> bool:
    """Whether the network as a whole kept its size while a software in it fell."""
    counts = networks.get(one.key[:2])
    return counts is not None and counts[one.until] >= _STAYED * counts[one.at - 1] > 0


def _anomaly(scope: Scope, one: Judged) -> Anomaly:
    found = one.found
    network, port, software = SOFTWARE
    parts = [network.condition(found.key[:1]), port.condition(found.key[1:2])]
    subject = f"AS{found.key[0]}"
    if len(found.key) > len(NETWORK):
        parts.append(software.condition(found.key[2:]))
        subject = f"{software.label(found.key[2:]) or 'unknown software'} in {subject}"
    before, after = scope.infos[found.at - 1], scope.infos[found.until]
    seen = before if found.fell else after
    query = printed(within(seen.id, all_of([scope.node, *parts])))
    return Anomaly(
        Kind.BROKEN,
        f"{subject} {_moved(found)} on port {found.key[1]}{_within(before, after)}: "
        f"{found.before:,} services before, {found.after:,} in {after.id}; "
        f"{one.verdict}: {', '.join(one.evidence) or 'nothing else is known'}.",
        query,
        found.before if found.fell else found.after,
        float(abs(found.after - found.before)),
        {
            "asn": found.key[0], "port": found.key[1], "from": before.id, "until": after.id,
            "before": found.before, "after": found.after, "z": round(found.z, 2),
        },
        one.verdict,
        one.evidence,
    )  # fmt: skip


def _moved(found: Break) -> str:
    if found.fell:
        part = found.after / found.before
        return "fell silent" if part <= _SILENT else f"fell to {part:.0%}"
    if not found.before:
        return "came up"
    return f"rose to {found.after / found.before:,.1f} times as many"


def _within(before: SnapshotInfo, after: SnapshotInfo) -> str:
    days = round((after.last_seen - before.last_seen) / _DAY)
    return f" within {days} days" if days > 1 else ""
