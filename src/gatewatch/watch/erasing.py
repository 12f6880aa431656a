"""Taking sign-ins out of the files of days: whole files, or files written anew without some rows.

The list is replaced first; then, once readers of the old one are done, the old files go. What was
deleted from a disk may stay in blocks that the file system has not used again, in snapshots of it
and in backups: that is beyond a program's reach, and is told in the guide.
"""

import shutil
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from gatewatch.store.durable import fingerprint_of, settle, writing
from gatewatch.store.schema import connect, copy_to, parquet
from gatewatch.watch.folder import OWNER, WatchFolder
from gatewatch.watch.listing import Listing, load_listing, save_listing
from gatewatch.watch.reading import damaged_day
from gatewatch.watch.signins import GRACE_S, ORDER, clear_leftovers

if TYPE_CHECKING:
    import duckdb

__all__ = ["erase_rows"]


def erase_rows(folder: WatchFolder, condition: str, days: list[str] | None = None) -> int:
    """Removes the rows for which SQL `condition` holds from these days (default: all).

    Call with the writer's lock held. Returns the number of rows removed; none when it raises
    WatchCorrupt or WatchUnwritable.
    """
    import duckdb

    listing = load_listing(folder)
    kept = {day: dict(files) for day, files in listing.days.items()}
    removed = 0
    with writing(folder.path, OWNER):
        shutil.rmtree(folder.staging, ignore_errors=True)
        folder.staging.mkdir(mode=0o700)
        con = connect(threads=2, temp_directory=str(folder.staging / "spill"))
        try:
            for day in sorted(listing.days) if days is None else days:
                for file in listing.files(folder, day):
                    try:
                        removed += _without(con, folder, day, file, condition, kept)
                    except (duckdb.InvalidInputException, duckdb.SerializationException) as error:
                        raise damaged_day(folder, day) from error
        finally:
            con.close()
        if removed:
            save_listing(folder, Listing(kept))
            sleep(GRACE_S)
        clear_leftovers(folder, Listing({day: files for day, files in kept.items() if files}))
    return removed


def _without(
    con: "duckdb.DuckDBPyConnection",
    folder: WatchFolder,
    day: str,
    file: Path,
    condition: str,
    kept: dict[str, dict[str, dict[str, object]]],
) -> int:
    """Writes one file anew without some rows; returns how many."""
    source = parquet([file])
    held, gone = con.execute(
        f"SELECT count(*), count(*) FILTER ({condition}) FROM {source}"
    ).fetchall()[0]
    if gone:
        del kept[day][file.name]
    if gone and gone < held:
        number = max(int(path.stem) for path in file.parent.glob("*.parquet")) + 1
        part = folder.staging / f"{number:04}.parquet"
        kept_rows = f"SELECT * FROM {source} WHERE NOT coalesce({condition}, false)"
        copy_to(con, f"{kept_rows} ORDER BY {ORDER}", part)
        kept[day][part.name] = fingerprint_of(part)
        settle(part, file.parent / part.name)
    return int(gone)
