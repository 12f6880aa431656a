"""Where a scan meets the lake: what the plan is told by it, and what it is given in the end.

`scan` knows no lake and no network data; `enrich` and `store` know no scan. Before a scan the
lake tells the networks of an AS, the AS of the networks to be asked, and who answered last time;
afterwards it takes what was found as one snapshot.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import time_ns

import numpy as np

from gatewatch.enrich.tables import load_ranges
from gatewatch.formats.compression import open_plain
from gatewatch.formats.given import Given
from gatewatch.formats.read import Record
from gatewatch.formats.sniffing import reader_for
from gatewatch.model.address import Address, Network, address_of
from gatewatch.model.errors import LakeMissing
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import Source
from gatewatch.pipeline.ingest import Ingested, ingest_records
from gatewatch.scan.engines.replay import ANSWERS
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.plan import Plan
from gatewatch.scan.spool import Kind, frame
from gatewatch.scan.standing import Standing
from gatewatch.scan.status import details_of
from gatewatch.store.lake import Lake

__all__ = [
    "TOOL",
    "as_numbers",
    "commit_scan",
    "known_to_answer",
    "networks_teller",
    "write_answers",
]

TOOL = "gatewatch scan"
# Enough for a share to be seen falling within minutes, spread over the whole scan.
_CANARIES = 5_000


def networks_teller(lake: Path) -> Callable[[int], Sequence[Network]]:
    """Tells the IPv4 networks of an AS number; it raises ValueError when it cannot.

    Of IPv6 nothing is told, since that is scanned from lists of addresses only.
    """

    def networks_of(number: int) -> Sequence[Network]:
        ranges = load_ranges(lake)
        if ranges is None:
            raise ValueError('no network data is imported: "gatewatch geo import FILE" brings it')
        spans = ranges.networks4(number)
        if not spans:
            raise ValueError(f"no IPv4 network of AS{number} is known")
        return [Network(address_of(first, 4), address_of(last, 4)) for first, last in spans]

    return networks_of


def as_numbers(lake: Path, addresses: Sequence[Address]) -> list[int] | None:
    """The AS number of each address, 0 where unknown; None without network data."""
    ranges = load_ranges(lake)
    if ranges is None:
        return None
    found = np.zeros(len(addresses), dtype=np.int64)
    for family in (4, 6):
        at = [
            place
            for place, address in enumerate(addresses)
            if (address.high is None) == (family == 4)
        ]
        if at:
            high = np.array([addresses[place].high or 0 for place in at], dtype=np.int64)
            low = np.array([addresses[place].low for place in at], dtype=np.int64)
            found[at] = ranges.locate(high, low, family)[0]
    return [int(number) for number in found]


def known_to_answer(lake: Path, plan: Plan) -> list[Address]:
    """Addresses of `plan` that answered in HTTP in the last snapshot, at most 5,000 of them."""
    try:
        held = Lake.open(lake)
    except LakeMissing:
        return []
    if not held.snapshots:
        return []
    with held.reading([held.snapshots[-1].id]) as con:
        rows = con.execute(
            "SELECT ip_high, ip FROM services JOIN responses USING (response)"
            " WHERE spoke = 'http' AND port = $port"
            f" ORDER BY hash(ip) LIMIT {20 * _CANARIES}",
            {"port": plan.port},
        ).fetchall()
    known = (Address(high, low) for high, low in rows)
    return [address for address in known if plan.order.index(address) is not None][:_CANARIES]


def write_answers(path: Path, folder: ScanFolder, plan: Plan) -> None:
    """Puts the answers in the file `path`, of any format, where the replay engine finds them."""
    given = Given(str(path), plan.port, time_ns() // 1000)
    with open_plain(path) as plain, (folder.path / ANSWERS).open("wb") as out:
        reader = reader_for(plain.head(), str(path))
        for record in reader.read(plain.stream, given):
            if isinstance(record, Observation) and record.port == plan.port:
                out.write(frame(0, Kind.ONLY, record))


def commit_scan(
    lake: Path, folder: ScanFolder, standing: Standing, overlay: Path | None = None
) -> Ingested:
    """Stores what the scan in `folder` found as one snapshot; raises what `ingest` raises."""
    plan = folder.plan()
    source = Source(TOOL, (plan.scope,), details_of(folder, plan, standing), plan.sample)
    return ingest_records(
        lake,
        _records(folder),
        source,
        stopped=lambda: not standing.complete,
        overlay=overlay,
        unanswered=standing.silent,
    )


def _records(folder: ScanFolder) -> Iterator[Record]:
    yield from folder.observations()
