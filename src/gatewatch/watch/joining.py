"""The join: which people signed in from an address at which a router answered to strangers.

Snapshot by snapshot: its services are loaded once as sorted columns; of each day near it the
addresses of sign-ins, sorted on disk, are looked up there, and only what is hit is read whole.
What is hit is small, and is paired in DuckDB: each sighting with the nearest sign-ins of each
person before and after it. `confidence.py` says what a pair is worth.

Sign-ins are counted by the hour: an application that refreshes a token each minute is no more
evidence than one that does so each hour.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gatewatch.model.address import Address
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.store.lake import Lake
from gatewatch.store.schema import connect, parquet
from gatewatch.watch.assets import Asset
from gatewatch.watch.confidence import (
    LASTING,
    WINDOW,
    confidence,
    lasting_share,
    people_factor,
    prefix_factor,
)
from gatewatch.watch.consistency import chances, weighed
from gatewatch.watch.excluded import Excluder, Reason
from gatewatch.watch.exposures import Exposures, Sightings, load_exposures
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.listing import Listing, load_listing
from gatewatch.watch.pair import Pair
from gatewatch.watch.reading import damaged_day

if TYPE_CHECKING:
    import duckdb

__all__ = ["Joined", "Match", "join"]

Ints = npt.NDArray[np.int64]
_DAY, _HOUR = 86_400 * SECOND, 3_600 * SECOND
_DAY_OF = (
    "SELECT ip, ip_high, who, epoch_us(signin_time) AS began,"
    " epoch_us(coalesce(until_time, signin_time)) AS ended, proxied FROM {} WHERE success"
)
# Pairs below this say next to nothing.
_WEAKEST = 0.2
_HITS = (
    "CREATE TABLE hits (who BIGINT, ip BIGINT, ip_high BIGINT, began BIGINT, ended BIGINT,"
    " n BIGINT, family TINYINT, key BIGINT)"
)
_SIGHTINGS = (
    "CREATE TABLE sightings (key BIGINT, low BIGINT, seen BIGINT, port BIGINT, response BIGINT,"
    " asn BIGINT, family TINYINT, snapshot BIGINT)"
)


# What a sign-in and a sighting must have in common; by equality, so that DuckDB can hash it.
_HOME = "CASE WHEN family = 4 THEN key ELSE key >> 16 END"
# Without network data a habit is learned for each /16 or /32.
_NETWORK = "CASE WHEN asn > 0 THEN asn WHEN family = 4 THEN -1 - (key >> 16) ELSE key >> 32 END"


@dataclass(frozen=True, slots=True)
class Match:
    """One person and one response, with all that speaks for it."""

    who: int
    response: int
    confidence: float
    pairs: tuple[Pair, ...]
    """The most certain first."""


@dataclass
class Joined:
    """What the join found."""

    matches: list[Match] = field(default_factory=list)
    """The most certain first."""
    signins: int = 0
    """Successful sign-ins near a snapshot."""
    matched: int = 0
    """Those of them from an address, or a /48, that a snapshot shows exposed."""
    excluded: Counter[str] = field(default_factory=Counter)
    """Sign-ins that tell nothing of a home, by reason; those by network only of matched ones."""
    snapshots: int = 0


def join(
    path: Path,
    lake: Lake,
    assets: Sequence[Asset] = (),
    *,
    least: float = 0.5,
    loaded: dict[str, Exposures] | None = None,
) -> Joined:
    """Joins the sign-ins in the watch folder `path` with all snapshots of the lake.

    `least`: pairs below this confidence are left out. `loaded`: exposures that are in memory
    already, by snapshot; those that are not are loaded one at a time. Raises WatchCorrupt,
    WatchTooNew, LakeCorrupt.
    """
    folder, done = WatchFolder(path), Joined()
    listing, excluder = load_listing(folder), Excluder.of(assets)
    counted: set[str] = set()
    con = connect(threads=2, memory_limit="700MB", temp_directory=str(folder.staging / "join"))
    try:
        con.execute(_HITS)
        con.execute(_SIGHTINGS)
        for info in lake.snapshots:
            days = _days_near(listing, info.first_seen, info.last_seen)
            if days and info.services:
                exposures = (loaded or {}).get(info.id) or load_exposures(lake, info.id)
                done.snapshots += 1
                fresh = [day for day in days if day not in counted]
                counted.update(fresh)
                near = _Near(con, folder, listing, exposures, excluder)
                _collect(near, days, set(fresh), done)
        _count_matched(con, excluder, done)
        done.matches = _matches(_pairs(con, least), least, folder, listing, lake)
    finally:
        con.close()
    return done


def _days_near(listing: Listing, first: int, last: int) -> list[str]:
    near = []
    for day in sorted(listing.days):
        start = parse_moment(day)
        if first - WINDOW - _DAY < start < last + WINDOW:
            near.append(day)
    return near


@dataclass(frozen=True, slots=True)
class _Near:
    """One snapshot, and where the sign-ins near it are."""

    con: "duckdb.DuckDBPyConnection"
    folder: WatchFolder
    listing: Listing
    exposures: Exposures
    excluder: Excluder


def _collect(near: _Near, days: Sequence[str], fresh: set[str], done: Joined) -> None:
    """Puts the sign-ins of these days that meet the snapshot, and what they meet, into tables.

    The sign-ins of `fresh` days are counted; the others were when another snapshot's turn was.
    """
    import duckdb

    met: dict[int, list[Ints]] = {4: [], 6: []}
    for day in days:
        files = parquet(near.listing.files(near.folder, day))
        counts = done if day in fresh else Joined()
        try:
            rows = near.con.execute(_DAY_OF.format(files)).fetchnumpy()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise damaged_day(near.folder, day) from error
        six = ~np.ma.getmaskarray(rows["ip_high"])
        for family, rightly in ((4, ~six), (6, six)):
            if rightly.any():
                met[family].append(_keep_hits(near, rows, family, rightly, counts))
    for family, parts in met.items():
        if parts:
            keys = np.unique(np.concatenate(parts))
            exposures = near.exposures
            seen = exposures.at4(keys) if family == 4 else exposures.at6(keys)
            _insert(near.con, family, seen, exposures.first_seen)


def _keep_hits(
    near: _Near, rows: dict[str, Any], family: int, rightly: npt.NDArray[np.bool_], done: Joined
) -> Ints:
    """Keeps the sign-ins of one family that meet the snapshot, by the hour.

    Returns their distinct IPv4 addresses or upper halves of IPv6.
    """
    own = {name: np.asarray(np.ma.getdata(column))[rightly] for name, column in rows.items()}
    keys = own["ip" if family == 4 else "ip_high"].astype(np.int64)
    marks, reasons = near.excluder.by_address(keys, family), near.excluder.reasons
    marks[own.pop("proxied").astype(bool)] = reasons.index(Reason.PROXIED)
    for place, count in enumerate(np.bincount(marks + 1, minlength=len(reasons) + 1)):
        if place and count:
            done.excluded[reasons[place - 1]] += int(count)
    done.signins += len(keys)
    hit = np.flatnonzero(marks < 0)
    hit = hit[near.exposures.has4(keys[hit]) if family == 4 else near.exposures.has6(keys[hit])]
    if len(hit):
        table: Any = {name: np.ascontiguousarray(column[hit]) for name, column in own.items()}
        table["key"] = keys[hit]
        near.con.register("met", table)
        high = "NULL" if family == 4 else "ip_high"
        near.con.execute(
            f"INSERT INTO hits SELECT who, ip, {high}, min(began), max(ended), count(*), {family},"
            f" key FROM met GROUP BY who, ip, ip_high, key, began // {_HOUR}"
        )
        near.con.unregister("met")
    return np.unique(keys[hit])


def _insert(con: "duckdb.DuckDBPyConnection", family: int, seen: Sightings, snapshot: int) -> None:
    rows: Any = {
        name: np.ascontiguousarray(getattr(seen, name))
        for name in ("key", "low", "seen", "port", "response", "asn")
    }
    con.register("rows", rows)
    con.execute(f"INSERT INTO sightings SELECT *, {family}, {snapshot} FROM rows")
    con.unregister("rows")


def _count_matched(con: "duckdb.DuckDBPyConnection", excluder: Excluder, done: Joined) -> None:
    """Counts what matched, takes out networks and addresses that are no home's."""
    # A day near two snapshots was read for each of them.
    con.execute(f"CREATE TABLE hit AS SELECT DISTINCT *, {_HOME} AS home FROM hits")
    con.execute(
        f"CREATE TABLE sighting AS SELECT DISTINCT *, {_HOME} AS home, {_NETWORK} AS network"
        " FROM sightings"
    )
    numbers = [(number, why) for number, why in excluder.numbers.items()]
    con.execute("CREATE TABLE left_out (asn BIGINT, why BIGINT)")
    if numbers:
        con.executemany("INSERT INTO left_out VALUES (?, ?)", numbers)
    con.execute(
        "CREATE TABLE by_key AS SELECT family, key, any_value(why) AS why FROM sighting"
        " LEFT JOIN left_out USING (asn) GROUP BY family, key"
    )
    con.execute(
        "CREATE TABLE sharing AS SELECT family, key, count(DISTINCT who) AS people FROM hit"
        " GROUP BY ALL"
    )
    told = con.execute(
        "SELECT why, sum(n) FROM hit LEFT JOIN by_key USING (family, key) GROUP BY why"
    ).fetchall()
    for why, count in told:
        done.matched += int(count)
        if why is not None:
            done.excluded[excluder.reasons[int(why)]] += int(count)
    shared = con.execute(
        "SELECT coalesce(sum(n), 0) FROM hit JOIN sharing USING (family, key) WHERE people > 20"
    ).fetchall()[0][0]
    if shared:
        done.excluded[Reason.SHARED] += int(shared)


_PAIRS = """
WITH near AS (
  SELECT s.*, p.who, p.ip, p.ip_high, people,
    lag(seen) OVER same AS seen_before, lead(seen) OVER same AS seen_after
  FROM (SELECT * FROM sighting LEFT JOIN by_key USING (family, key) WHERE why IS NULL) s
  JOIN (SELECT DISTINCT who, family, home, key, ip, ip_high FROM hit) p
    ON s.family = p.family AND s.home = p.home
  JOIN sharing h ON h.family = p.family AND h.key = p.key
  WINDOW same AS (PARTITION BY p.who, p.ip, p.ip_high, s.key, s.low, s.port, s.response
                  ORDER BY s.seen)
)
SELECT n.who, n.family, n.key, n.low, n.port, n.response, n.network, n.seen, n.people, n.snapshot,
  n.seen_before, n.seen_after, coalesce(n.ip_high, 0) AS own,
  b.began AS before_began, b.ended AS before_ended, a.began AS after_began
FROM near n
ASOF LEFT JOIN hit b ON b.who = n.who AND b.ip = n.ip
  AND b.ip_high = n.ip_high AND b.began <= n.seen
ASOF LEFT JOIN hit a ON a.who = n.who AND a.ip = n.ip
  AND a.ip_high = n.ip_high AND a.began >= n.seen
"""


def _pairs(con: "duckdb.DuckDBPyConnection", least: float) -> list[Pair]:
    """The pairs that say something, the most certain first; for each person, response and scan
    the best. Left out are those of one scan alone that stay below `least`."""
    # DuckDB's ASOF wants plain equality, so the NULL of IPv4 is written as 0.
    con.execute("UPDATE hit SET ip_high = 0 WHERE ip_high IS NULL")
    found = con.execute(_PAIRS).fetchnumpy()
    rows = {
        name: np.asarray(np.ma.filled(column, -1), dtype=np.int64) for name, column in found.items()
    }
    if not len(rows["who"]):
        return []
    sure, at = _worth(rows, _lasting(con, rows["network"]))
    order = np.lexsort((-sure, rows["snapshot"], rows["response"], rows["who"]))
    order = order[_first(rows, order, ("who", "response", "snapshot"))]
    order = order[sure[order] >= _WEAKEST]
    if not len(order):
        return []
    # The number of each person's response among them; its best pair, and how many it has.
    number = np.cumsum(_first(rows, order, ("who", "response"))) - 1
    best = np.maximum.reduceat(sure[order], np.flatnonzero(np.diff(number, prepend=-1)))
    order = order[(best[number] >= least) | (np.bincount(number)[number] > 1)]
    order = order[np.argsort(-sure[order], kind="stable")]
    return [_pair(rows, int(place), float(sure[place]), int(at[place])) for place in order]


def _first(rows: dict[str, Ints], order: Ints, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which places of `order` differ in one of the columns from the place before."""
    fresh = np.zeros(len(order), dtype=bool)
    fresh[:1] = True
    for name in names:
        fresh[1:] |= np.diff(rows[name][order]) != 0
    return fresh


def _matches(
    pairs: Sequence[Pair], least: float, folder: WatchFolder, listing: Listing, lake: Lake
) -> list[Match]:
    """The pairs of each person and response together; those that stay below `least` are none."""
    groups: dict[tuple[int, int], list[Pair]] = {}
    for one in pairs:
        groups.setdefault((one.who, one.response), []).append(one)
    people = sorted({who for who, _ in groups})
    met = chances(folder, listing, lake, people) if people and len(lake.snapshots) > 1 else {}
    found = [
        Match(who, response, weighed(own, met), tuple(own))
        for (who, response), own in groups.items()
    ]
    found = [one for one in found if one.confidence >= least]
    return sorted(found, key=lambda one: (-one.confidence, one.who, one.response))


def _worth(rows: dict[str, Ints], lasting: npt.NDArray[np.float64]) -> tuple[Any, Ints]:
    """Of each pair the confidence, and the sign-in that it rests on."""
    far = float("inf")
    before, after = rows["before_began"], rows["after_began"]
    gap_before = np.where(before < 0, far, np.maximum(0, rows["seen"] - rows["before_ended"]))
    gap_after = np.where(after < 0, far, after - rows["seen"])
    gap = np.minimum(gap_before, gap_after)
    person = np.where((before < 0) | (after < 0), far, gap_before + gap_after)
    # The other sighting of the same response has to lie beyond the sign-in.
    earlier = np.where(
        (before >= 0) & (rows["seen_before"] >= 0) & (rows["seen_before"] <= before),
        rows["seen"] - rows["seen_before"], far,
    )  # fmt: skip
    later = np.where(
        (after >= 0) & (rows["seen_after"] >= after), rows["seen_after"] - rows["seen"], far
    )
    six = rows["family"] == 6
    prefix = np.where(six, prefix_factor(rows["key"], rows["own"]), 1.0)
    factor = prefix * people_factor(rows["people"])
    gap = np.where(gap > WINDOW, far, gap)
    known = np.where(np.isfinite(gap), gap, 100 * WINDOW)
    sure = confidence(known, person, np.minimum(earlier, later), lasting=lasting, factor=factor)
    return np.where(np.isfinite(gap), sure, 0.0), np.where(gap_before <= gap_after, before, after)


def _lasting(con: "duckdb.DuckDBPyConnection", networks: Ints) -> npt.NDArray[np.float64]:
    """How many customers of each network keep their address, learned from what was met.

    Of the services seen at addresses of the network, how many showed the same response at the
    same address in a sighting a day or more later, within the window.
    """
    told = con.execute(
        f"""
        WITH ends AS (SELECT max(seen) AS newest FROM sighting),
        pairs AS (
          SELECT network, seen, lead(seen) OVER (PARTITION BY family, key, low, port, response
                                             ORDER BY seen) AS again FROM sighting)
        SELECT network, count(*) FILTER (again - seen BETWEEN {_DAY} AND {WINDOW}), count(*)
        FROM pairs, ends WHERE seen <= newest - {_DAY}
          AND (again IS NULL OR again - seen >= {_DAY}) GROUP BY network"""
    ).fetchall()
    shares = {int(number): float(lasting_share(kept, seen)) for number, kept, seen in told}
    numbers, back = np.unique(networks, return_inverse=True)
    return np.array([shares.get(int(number), LASTING) for number in numbers])[back]


def _pair(rows: dict[str, Ints], place: int, sure: float, at: int) -> Pair:
    one = {name: int(column[place]) for name, column in rows.items()}
    six = one["family"] == 6
    address = Address(one["key"] if six else None, one["low"] if six else one["key"])
    gap = abs(one["seen"] - at)
    both = 0 <= one["before_began"] < one["after_began"]
    hours = f"{gap / 3600 / SECOND:.1f} h between sign-in and sighting"
    why = hours + (", signed in before and after it" if both else "")
    return Pair(
        one["who"], address, one["port"], one["response"], at, one["seen"], sure, why,
        one["snapshot"],
    )  # fmt: skip
