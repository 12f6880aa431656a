"""One snapshot's exposed services as sorted columns: 18 bytes a service, looked up by millions.

Kept are services whose response may be a router's own: a honeypot, an ACS or a box in between is
nobody's router.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gatewatch.model.moment import SECOND
from gatewatch.store.lake import Lake

if TYPE_CHECKING:
    import duckdb

__all__ = ["Exposures", "Sightings", "load_exposures"]

Ints = npt.NDArray[np.int64]
PREFIX_BITS = 16
"""The upper half of an IPv6 address without these bits is its /48."""
_SLICE = 1 << 28
_SELECT = "FROM services JOIN kinds USING (response) WHERE ip_high IS {} NULL"
_KINDS = (
    "CREATE TEMP TABLE kinds AS SELECT response, row_number() OVER () - 1 AS n FROM understanding"
    " WHERE coalesce(role, 'cpe') NOT IN ('honeypot', 'acs', 'middlebox', 'not-cwmp')"
)


@dataclass(frozen=True, slots=True)
class Sightings:
    """Services at some addresses; `key` is the IPv4 address, or the upper half of IPv6."""

    key: Ints
    low: Ints
    seen: Ints
    """Microseconds since 1970 UTC."""
    port: Ints
    response: Ints
    asn: Ints
    """0: unknown."""


@dataclass(frozen=True, slots=True)
class Exposures:
    """The services of one snapshot, by address; times and responses in short forms."""

    first_seen: int
    last_seen: int
    key4: npt.NDArray[np.uint32]
    seen4: npt.NDArray[np.uint32]
    port4: npt.NDArray[np.uint16]
    kind4: npt.NDArray[np.uint32]
    asn4: npt.NDArray[np.uint32]
    six: Sightings
    kinds: Ints
    """Response by its short form."""

    def has4(self, addresses: Ints) -> npt.NDArray[np.bool_]:
        """Which of these IPv4 addresses, sorted for speed, show an exposed service."""
        at = np.searchsorted(self.key4, addresses.astype(np.uint32))
        found: npt.NDArray[np.bool_] = np.zeros(len(addresses), dtype=bool)
        inside = at < len(self.key4)
        found[inside] = self.key4[at[inside]] == addresses[inside].astype(np.uint32)
        return found

    def has6(self, highs: Ints) -> npt.NDArray[np.bool_]:
        """Which of these upper halves share a /48 with an exposed service."""
        found: npt.NDArray[np.bool_] = np.isin(highs >> PREFIX_BITS, self.six.key >> PREFIX_BITS)
        return found

    def at4(self, addresses: Ints) -> Sightings:
        """The services at these distinct, sorted IPv4 addresses."""
        wanted = addresses.astype(np.uint32)
        left = np.searchsorted(self.key4, wanted)
        counts = np.searchsorted(self.key4, wanted, side="right") - left
        starts = np.cumsum(counts) - counts
        rows = np.repeat(left - starts, counts) + np.arange(counts.sum())
        return Sightings(
            self.key4[rows].astype(np.int64),
            np.zeros(len(rows), dtype=np.int64),
            self.seen4[rows].astype(np.int64) * SECOND,
            self.port4[rows].astype(np.int64),
            self.kinds[self.kind4[rows]],
            self.asn4[rows].astype(np.int64),
        )

    def at6(self, highs: Ints) -> Sightings:
        """The services that share a /48 with one of these upper halves."""
        rows = np.isin(self.six.key >> PREFIX_BITS, highs >> PREFIX_BITS)
        return Sightings(
            *(column[rows] for column in (
                self.six.key, self.six.low, self.six.seen, self.six.port, self.six.response,
                self.six.asn,
            ))
        )  # fmt: skip


def load_exposures(lake: Lake, snapshot: str) -> Exposures:
    """The services of one snapshot; raises LakeCorrupt."""
    info = lake.snapshot(snapshot)
    with lake.reading([snapshot]) as con:
        con.execute(_KINDS)
        kinds = con.execute("SELECT response FROM kinds ORDER BY n").fetchnumpy()["response"]
        four = _four(con)
        six = con.execute(
            "SELECT ip_high, ip, epoch_us(scan_time) AS seen, port::BIGINT AS port,"
            f" response, coalesce(asn, 0) AS asn {_SELECT.format('NOT')}"
        ).fetchnumpy()
    names = ("ip_high", "ip", "seen", "port", "response", "asn")
    return Exposures(
        info.first_seen,
        info.last_seen,
        four[0], four[1], four[2], four[3], four[4],
        Sightings(*(np.asarray(six[name], dtype=np.int64) for name in names)),
        np.asarray(kinds, dtype=np.int64),
    )  # fmt: skip


def _four(con: "duckdb.DuckDBPyConnection") -> list[npt.NDArray[Any]]:
    """Address, time, port, short response and AS of the IPv4 services, in order of addresses.

    Read in slices of addresses, so that no second copy of it is ever whole in memory.
    """
    slices = [
        con.execute(
            "SELECT ip::UINTEGER AS ip, epoch(scan_time)::UINTEGER AS seen,"
            " port::USMALLINT AS port, n::UINTEGER AS n, coalesce(asn, 0)::UINTEGER AS asn"
            f" {_SELECT.format('')} AND ip BETWEEN ? AND ?",
            [start, start + _SLICE - 1],
        ).fetchnumpy()
        for start in range(0, 1 << 32, _SLICE)
    ]
    columns = [
        np.concatenate([np.asarray(part.pop(name)) for part in slices])
        for name in ("ip", "seen", "port", "n", "asn")
    ]
    key = columns[0]
    if not bool(np.all(key[:-1] <= key[1:])):
        order = np.argsort(key, kind="stable")
        columns = [column[order] for column in columns]
    return columns
