"""Whether a match comes back: who is behind an exposed router meets it in nearly every scan.

The best of many weak pairs is often luck: in a network that renumbers daily, each scan gives each
person a new chance to have had somebody else's address. So after the first scan that matched,
each further scan that could have matched counts: one that does multiplies the odds by 16, one
that does not by 0.2. A scan could have matched when the person signed in within twelve hours of
it, from a /16 (IPv6: /32) in which it saw services; scans that took longer than a day are no
chance missed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.store.lake import Lake
from gatewatch.store.schema import connect, parquet
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.listing import Listing
from gatewatch.watch.pair import Pair

if TYPE_CHECKING:
    import duckdb

    from gatewatch.model.snapshot import SnapshotInfo

__all__ = ["chances", "weighed"]

_NEAR = 12 * 3600 * SECOND
_DAY = 86_400 * SECOND
_AGAIN, _MISSED = 16.0, 0.2
_MOST, _LEAST = 0.99, 0.3


def weighed(pairs: Sequence[Pair], met: dict[int, list[int]]) -> float:
    """The confidence of all pairs of one person and one response together.

    `met`: for each person the beginnings of the scans that could have matched. A pair below 0.3
    is no match of its scan.
    """
    best = max(one.confidence for one in pairs)
    matched = {one.snapshot for one in pairs if one.confidence >= _LEAST}
    if not matched:
        return best
    could = {at for at in met.get(pairs[0].who, ()) if at >= min(matched)}
    odds = best / max(1 - best, 1 - _MOST)
    odds *= _AGAIN ** min(len(matched) - 1, 20) * _MISSED ** min(len(could - matched), 20)
    return min(odds / (1 + odds), _MOST)


def chances(
    folder: WatchFolder, listing: Listing, lake: Lake, people: Sequence[int]
) -> dict[int, list[int]]:
    """For each of these people the beginnings of the scans that could have matched."""
    met: dict[int, list[int]] = {}
    con = connect(threads=2)
    try:
        con.execute("CREATE TABLE people (who BIGINT)")
        con.execute("INSERT INTO people SELECT unnest(?)", [list(people)])
        for info in lake.snapshots:
            if info.services and info.last_seen - info.first_seen <= _DAY:
                files = _files(folder, listing, info)
                for who in _could(con, lake, info, files) if files else ():
                    met.setdefault(who, []).append(info.first_seen)
    finally:
        con.close()
    return met


def _files(folder: WatchFolder, listing: Listing, info: "SnapshotInfo") -> str:
    days = [
        day for day in listing.days
        if info.first_seen - _NEAR - _DAY < parse_moment(day) < info.last_seen + _NEAR
    ]  # fmt: skip
    paths = [path for day in days for path in listing.files(folder, day)]
    return parquet(paths) if paths else ""


def _could(
    con: "duckdb.DuckDBPyConnection", lake: Lake, info: "SnapshotInfo", files: str
) -> list[int]:
    services = sorted((lake.path / "snapshots" / info.id).glob("services-*.parquet"))
    wide = "CASE WHEN ip_high IS NULL THEN ip >> 16 ELSE ip_high >> 32 END"
    rows = con.execute(
        f"SELECT DISTINCT who FROM {files} SEMI JOIN people USING (who)"
        f" WHERE success AND epoch_us(signin_time) BETWEEN ? AND ? AND {wide} IN"
        f" (SELECT DISTINCT {wide} FROM {parquet(services)})",
        [info.first_seen - _NEAR, info.last_seen + _NEAR],
    ).fetchall()
    return [int(who) for (who,) in rows]
