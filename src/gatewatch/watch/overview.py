"""How much is kept of sign-ins, day by day: numbers alone, nobody's name or address."""

from gatewatch.store.schema import parquet
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.listing import Listing
from gatewatch.watch.reading import reading_day

__all__ = ["overview"]


def overview(folder: WatchFolder, listing: Listing) -> list[tuple[str, int, int, int, int]]:
    """Day, sign-ins, people, addresses, failed attempts; oldest first. Raises WatchCorrupt."""
    rows = []
    for day in sorted(listing.days):
        with reading_day(folder, day) as con:
            found = con.execute(
                "SELECT count(*), count(DISTINCT who), count(DISTINCT (ip, ip_high)), "
                f"count(*) FILTER (NOT success) FROM {parquet(listing.files(folder, day))}"
            ).fetchall()[0]
        signins, people, addresses, failures = map(int, found)
        rows.append((day, signins, people, addresses, failures))
    return rows
