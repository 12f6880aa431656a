"""All anomalies of a lake, kind after kind."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from gatewatch.model.language import ENGLISH, Language, Words
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


def anomalies(lake: Lake, chosen: Scope, language: Language = ENGLISH) -> list[Anomaly]:
    """What is odd in the snapshots `chosen`, held against all that came before them.

    Kind after kind, in the order of `Kind`, of each the oddest first. Rare and over-represented
    values are looked for in the newest snapshot alone. With one snapshot nothing is new or broken.
    """
    newest = newest_of(chosen)
    with lake.reading(newest.ids) as con:
        found = [*rare_kinds(con, newest, language), *represented(con, newest, language)]
    infos = lake.snapshots[: lake.snapshots.index(newest.infos[0]) + 1]
    if len(infos) < 2:
        return found
    whole = Scope(infos, chosen.node, chosen.query)
    first = infos.index(chosen.infos[0])
    with lake.reading(whole.ids) as con:
        new = new_values(con, whole, language)
        return [*found, *new, *broken_networks(con, whole, first, language)]


def newest_of(chosen: Scope) -> Scope:
    """The newest snapshot of `chosen` alone."""
    newest = chosen.infos[-1]
    plain = len(chosen.infos) == 1 and chosen.node == chosen.query
    query = chosen.query if plain else within(newest.id, chosen.node)
    return Scope((newest,), chosen.node, query)


def broken_networks(
    con: "duckdb.DuckDBPyConnection",
    scope: Scope,
    first: int = 1,
    language: Language = ENGLISH,
) -> list[Anomaly]:
    """Networks that broke, in the snapshots from the place `first` on, the largest first."""
    first = max(first, 1)
    covered = _covered(scope.infos, ports_seen(con))
    networks = series_of(con, scope, NETWORK)
    broke = breaks_of(networks, scope.infos, covered, first)
    found = judged(con, scope, networks, broke, language)
    software = series_of(con, scope, SOFTWARE)
    fell = [
        one
        for one in breaks_of(software, scope.infos, covered, first)
        if one.fell and _stayed(one, networks)
    ]
    # A software that grows where another fell is the other side of the same change.
    reasons = judged(con, scope, software, fell, language)
    patched = [one for one in reasons if one.verdict is Verdict.PATCHED]
    every = [_anomaly(scope, one, language) for one in (*found, *patched)]
    return sorted(every, key=lambda one: (-one.score, one.query))


def _covered(infos: Sequence[SnapshotInfo], ports: Ports) -> list[str]:
    """Breaks of coverage; counts of samples are compared with those of equal samples alone."""
    shares = ["", *(share_change(before, after) for before, after in pairwise(infos))]
    return [said or share for said, share in zip(breaks(infos, ports), shares, strict=True)]


def _stayed(one: Break, networks: Series) -> bool:
    """Whether the network as a whole kept its size while a software in it fell."""
    counts = networks.get(one.key[:2])
    return counts is not None and counts[one.until] >= _STAYED * counts[one.at - 1] > 0


def _anomaly(scope: Scope, one: Judged, language: Language) -> Anomaly:
    found = one.found
    network, port, software = SOFTWARE
    parts = [network.condition(found.key[:1]), port.condition(found.key[1:2])]
    subject = Words(f"AS{found.key[0]}")
    if len(found.key) > len(NETWORK):
        parts.append(software.condition(found.key[2:]))
        name = software.label(found.key[2:]) or language.phrase("unknown software")
        subject = language.phrase("{software} in {network}", software=name, network=subject)
    before, after = scope.infos[found.at - 1], scope.infos[found.until]
    seen = before if found.fell else after
    query = printed(within(seen.id, all_of([scope.node, *parts])))
    return Anomaly(
        Kind.BROKEN,
        language.phrase(
            "{subject} {moved} on port {port}{within}: {before} services before, {after} in "
            "{snapshot}; {verdict}: {evidence}.",
            subject=subject,
            moved=_moved(found, language),
            port=str(found.key[1]),
            within=_within(before, after, language),
            before=found.before,
            after=found.after,
            snapshot=after.id,
            verdict=_word(one.verdict, language),
            evidence=", ".join(one.evidence) or language.phrase("nothing else is known"),
        ),
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


def _moved(found: Break, language: Language) -> Words:
    if found.fell:
        part = found.after / found.before
        if part <= _SILENT:
            return language.phrase("fell silent")
        return language.phrase("fell to {part}%", part=language.number(part * 100))
    if not found.before:
        return language.phrase("came up")
    factor = language.number(found.after / found.before, 1)
    return language.phrase("rose to {factor} times as many", factor=factor)


def _within(before: SnapshotInfo, after: SnapshotInfo, language: Language) -> str:
    days = round((after.last_seen - before.last_seen) / _DAY)
    return language.phrase(" within {n} days", n=days) if days > 1 else ""


def _word(verdict: Verdict, language: Language) -> Words:
    return {
        Verdict.FILTERED: language.phrase("filtered"),
        Verdict.PATCHED: language.phrase("patched"),
        Verdict.RENUMBERED: language.phrase("renumbered"),
        Verdict.SCAN_FAULT: language.phrase("scan fault"),
        Verdict.OPENED: language.phrase("opened"),
    }[verdict]
