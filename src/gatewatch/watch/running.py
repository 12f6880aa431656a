"""One run of watch: joins, asks every rule, and records what they found as cases.

It may be repeated at any time and changes nothing when nothing is new. It opens no connection.
"""

from dataclasses import dataclass, field
from pathlib import Path

from gatewatch.store.lake import Lake
from gatewatch.watch.assets import Assets
from gatewatch.watch.cases import Cases, Recorded
from gatewatch.watch.excluded import Excluder
from gatewatch.watch.exposures import Exposures
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.ground import Ground, described
from gatewatch.watch.joining import Joined, join
from gatewatch.watch.listing import load_listing
from gatewatch.watch.rules import rules

__all__ = ["LEAST", "Ran", "run"]

LEAST = 0.7
"""Matches below this confidence open no case; why: docs/explanation/watch.md."""


@dataclass
class Ran:
    """What a run came to."""

    joined: Joined
    recorded: Recorded
    found: dict[str, int] = field(default_factory=dict)
    """Findings by rule."""
    notes: list[str] = field(default_factory=list)
    """What could not be told, and what would mend that."""


def run(
    path: Path,
    lake_path: Path,
    now: int,
    *,
    least: float = LEAST,
    loaded: dict[str, Exposures] | None = None,
) -> Ran:
    """Runs once on the watch folder `path`; raises LakeMissing and what `join` raises."""
    lake, folder = Lake.open(lake_path), WatchFolder(path)
    with Assets.open(path) as known:
        assets = tuple(known.all())
    joined = join(path, lake, assets, least=least, loaded=loaded)
    ground = Ground(
        folder,
        load_listing(folder),
        lake,
        assets,
        Excluder.of(assets),
        joined,
        described(lake, (one.response for one in joined.matches)),
        now,
    )
    findings = {name: list(rule.find(ground)) for name, rule in rules().items()}
    with Cases.open(path) as cases:
        recorded = cases.record((one for own in findings.values() for one in own), now)
    return Ran(joined, recorded, {name: len(own) for name, own in findings.items()}, _notes(ground))


def _notes(ground: Ground) -> list[str]:
    notes = []
    if not ground.listing.days:
        notes.append('no sign-ins are kept: "gatewatch watch import FILE" brings them')
    if not ground.excluder.knows_egress:
        notes.append(
            'where our VPN comes out is not known, so nobody is found to go round it: "gatewatch'
            ' watch assets add NETWORK --kind egress"'
        )
    if ground.listing.days and not ground.joined.snapshots:
        notes.append("no snapshot lies within 14 days of a sign-in")
    if not ground.lake.snapshots[-1].networks:
        notes.append(
            "networks of the snapshot are not known, so mobile carriers and data centres are not"
            ' told from homes: "gatewatch geo import FILE" before the import'
        )
    return notes
