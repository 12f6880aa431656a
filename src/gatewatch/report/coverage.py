"""Whether the counts of two snapshots may be compared.

A count that fell because less was asked is no fall. Two snapshots cover the same when they were
made by the same tools, over the same ports and as many addresses, and neither is incomplete.
What a snapshot does not say is not held against it: docs/explanation/trends.md.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.report.wording import listed

if TYPE_CHECKING:
    import duckdb

__all__ = ["Ports", "addresses_change", "breaks", "change", "ports_seen", "share_change"]

_PORT_SHARE = 0.01
"""A port with less of a snapshot's services than this came along by chance."""
_ASKED_APART = 0.05
"""The number of asked addresses may differ by this part before coverage counts as changed."""
_UNREAD = 0.01
"""Records that could not be read, of all, before a snapshot counts as incomplete."""

Ports = Mapping[str, tuple[int, ...]]
"""The ports of each snapshot, by its id."""


def ports_seen(con: "duckdb.DuckDBPyConnection") -> Ports:
    """The ports that each snapshot of `con` looked at, judged by what it saw, ascending."""
    found = con.execute(
        "SELECT snapshot, port FROM (SELECT snapshot, port, sum(n) AS n FROM places GROUP BY ALL) "
        f"QUALIFY n >= {_PORT_SHARE} * sum(n) OVER (PARTITION BY snapshot) ORDER BY ALL"
    ).fetchall()
    ports: dict[str, tuple[int, ...]] = {}
    for snapshot, port in found:
        ports[snapshot] = (*ports.get(snapshot, ()), port)
    return ports


def breaks(
    infos: Sequence[SnapshotInfo], ports: Ports, language: Language = ENGLISH
) -> tuple[str, ...]:
    """For each snapshot what changed in coverage since the one before; empty: nothing did."""
    return ("", *(change(before, after, ports, language) for before, after in pairwise(infos)))


def change(
    before: SnapshotInfo, after: SnapshotInfo, ports: Ports, language: Language = ENGLISH
) -> str:
    """What changed in coverage from one snapshot to another, in words; empty: nothing did."""
    return ", ".join(
        said
        for said in (
            _tool(before, after, language),
            _ports(ports.get(before.id, ()), ports.get(after.id, ()), language),
            _asked(before, after, language),
            *(
                language.phrase("{snapshot} is incomplete", snapshot=one.id)
                for one in (before, after)
                if _incomplete(one)
            ),
        )
        if said
    )


def share_change(before: SnapshotInfo, after: SnapshotInfo) -> str:
    """Why plain counts, not estimates, may not be compared; empty: they may."""
    if before.sampled == after.sampled:
        return ""
    return f"sampled share {before.sampled:g} to {after.sampled:g}"


def addresses_change(
    before: SnapshotInfo, after: SnapshotInfo, language: Language = ENGLISH
) -> str:
    """Why single addresses may not be compared; empty: they may."""
    samples = [one.id for one in (before, after) if one.sampled < 1]
    if not samples:
        return ""
    return language.phrase(
        "{snapshots} asked a sample of the addresses", snapshots=listed(samples, language)
    )


def _tools(info: SnapshotInfo) -> tuple[str, ...]:
    return tuple(sorted(set(info.tool.split("+"))))


def _tool(before: SnapshotInfo, after: SnapshotInfo, language: Language) -> str:
    tools = [_tools(one) for one in (before, after)]
    if not all(tools) or tools[0] == tools[1]:
        return ""
    old, new = map("+".join, tools)
    return language.phrase("tool {before} to {after}", before=old, after=new)


def _ports(before: Sequence[int], after: Sequence[int], language: Language) -> str:
    if not before or not after or before == after:
        return ""
    old, new = ("+".join(map(str, ports)) for ports in (before, after))
    return language.phrase("ports {before} to {after}", before=old, after=new)


def _asked(before: SnapshotInfo, after: SnapshotInfo, language: Language) -> str:
    """The addresses of the scope where scans say it, else those whose end is known."""
    sizes = [_size(one) for one in (before, after)]
    if 0 in sizes or abs(sizes[0] - sizes[1]) <= _ASKED_APART * max(sizes):
        return ""
    return language.phrase("asked addresses {before} to {after}", before=sizes[0], after=sizes[1])


def _size(info: SnapshotInfo) -> int:
    targets = info.details.get("targets", "")
    if targets.isdigit():
        return round(int(targets) / info.sampled)
    if not info.unanswered:
        return 0
    return round((info.hosts + sum(info.unanswered.values())) / info.sampled)


def _incomplete(info: SnapshotInfo) -> bool:
    if not info.partial:
        return False
    records = info.services + info.duplicates + info.rejected + sum(info.unanswered.values())
    return not info.rejected or info.rejected > _UNREAD * records
