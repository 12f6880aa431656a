"""What the rules stand on: the join, what is known of the responses, own networks, the clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from gatewatch.model.hostile import shown
from gatewatch.store.lake import Lake
from gatewatch.watch.assets import Asset
from gatewatch.watch.excluded import Excluder
from gatewatch.watch.finding import Evidence
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.joining import Joined, Match
from gatewatch.watch.listing import Listing

__all__ = ["Ground", "Router", "described", "evidence_of"]

_SURE = ("vulnerable", "likely")


@dataclass(frozen=True, slots=True)
class Router:
    """What a response says of the device behind it; text of devices is escaped."""

    name: str
    """Maker and model, else software, else `a device`."""
    flaws: tuple[str, ...]
    """What it is vulnerable to, or likely to be."""
    risk: int
    """0 to 100; 0: not scored."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Handed to each rule."""

    folder: WatchFolder
    listing: Listing
    lake: Lake
    assets: tuple[Asset, ...]
    excluder: Excluder
    joined: Joined
    routers: dict[int, Router]
    """By response."""
    now: int

    def router(self, response: int) -> Router:
        """What is known of the device that gave this response."""
        return self.routers.get(response, Router("a device", (), 0))


def described(lake: Lake, responses: Iterable[int]) -> dict[int, Router]:
    """What is known of these responses; raises LakeCorrupt."""
    wanted = sorted(set(responses))
    if not wanted:
        return {}
    with lake.reading([lake.snapshots[-1].id]) as con:
        rows = con.execute(
            "SELECT response, vendor, model, software, software_version, server, finding,"
            " finding_verdict, risk FROM understanding WHERE response IN (SELECT unnest(?))",
            [wanted],
        ).fetchall()
    found = {}
    for response, vendor, model, software, version, server, flaws, verdicts, risk in rows:
        named = [vendor, model] if vendor or model else [software, version]
        name = " ".join(filter(None, named)) or server or "a device"
        sure = zip(flaws or (), verdicts or (), strict=True)
        known = tuple(flaw for flaw, verdict in sure if verdict in _SURE)
        found[int(response)] = Router(shown(name, 80), known, int(risk or 0))
    return found


def evidence_of(match: Match) -> tuple[Evidence, ...]:
    """The match's pairs as evidence."""
    return tuple(
        Evidence(one.address, one.port, one.signin_at, one.seen_at, one.confidence, one.why)
        for one in match.pairs
    )
