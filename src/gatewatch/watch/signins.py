"""Where sign-ins are kept: Parquet files by UTC day, sorted by address, people as pseudonyms.

`add` takes any number of sign-ins in any order and commits them in one step: until then nothing
is visible, and a writer that dies leaves nothing. It is idempotent: a sign-in that is there
already, with the same person, address, time, log and so on, is counted and not kept twice.

Kept is what the join needs and no more. Of a failed attempt the address stays, the user does not:
people type passwords into the wrong field.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from gatewatch.model.moment import SECOND
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.store.durable import fingerprint_of, settle, writing
from gatewatch.store.schema import connect, copy_to, literal, parquet
from gatewatch.watch.folder import OWNER, WatchFolder
from gatewatch.watch.listing import NAME, Listing, load_listing, save_listing
from gatewatch.watch.names import Names
from gatewatch.watch.pseudonyms import Pseudonyms
from gatewatch.watch.reading import damaged_day

if TYPE_CHECKING:
    import duckdb

__all__ = ["COLUMNS", "GRACE_S", "ORDER", "Added", "add", "clear_leftovers"]

COLUMNS = {
    "ip": "BIGINT", "ip_high": "BIGINT", "who": "BIGINT", "signin_time": "TIMESTAMP",
    "until_time": "TIMESTAMP", "success": "BOOLEAN", "proxied": "BOOLEAN",
    "source": "VARCHAR", "kind": "VARCHAR", "application": "VARCHAR", "device": "BIGINT",
    "country": "VARCHAR",
}  # fmt: skip
"""Column name to SQL type; addresses as in the lake. `who` is NULL for a failed attempt."""
_SELECT = ", ".join(
    f"make_timestamp({name}) AS {name}" if kind == "TIMESTAMP" else f"{name}::{kind} AS {name}"
    for name, kind in COLUMNS.items()
)
ORDER = "ip_high NULLS FIRST, ip, signin_time, who"
DAY = 86_400 * SECOND
# Readers that loaded the old list finish within this time.
GRACE_S = 2.0
_CHUNK = 1 << 16
_PARTS = 8
_DICTIONARIES = ("source", "kind", "application", "country")


@dataclass
class Added:
    """What came of sign-ins that were handed in."""

    added: int = 0
    known: int = 0
    """Those that were there already, or twice in what was handed in."""
    refused: Counter[str] = field(default_factory=Counter)
    """Those that are not kept, by reason."""


def add(
    path: Path,
    signins: Iterable[SignIn],
    *,
    days: int = 90,
    keep_names: bool = True,
    now: int | None = None,
) -> Added:
    """Adds sign-ins to the folder `path`, which is made when there is none.

    `days`: what is older is refused, since retention would remove it. `now`: microseconds since
    1970 UTC. Raises WatchBusy, WatchUnwritable, WatchCorrupt, WatchTooNew; then nothing was added.
    """
    folder, counts = WatchFolder(path), Added()
    oldest = (int(time() * SECOND) if now is None else now) - days * DAY
    with folder.writer():
        listing = load_listing(folder)
        clear_leftovers(folder, listing)
        with _staged(folder) as con:
            rows = _stage(folder, con, _kept(signins, oldest, counts), keep_names=keep_names)
            if rows:
                counts.added = _commit(folder, con, listing)
            counts.known = rows - counts.added
    return counts


def clear_leftovers(folder: WatchFolder, listing: Listing) -> None:
    """Removes what the list does not name; call with the writer's lock held.

    Files that the list named moments ago are left to readers that still read them.
    """
    shutil.rmtree(folder.staging, ignore_errors=True)
    path = folder.path / NAME
    if path.exists() and time() - path.stat().st_mtime < GRACE_S:
        return
    for file in folder.signins.glob("*/*"):
        if file.name not in listing.days.get(file.parent.name, {}):
            file.unlink(missing_ok=True)
    for day in folder.signins.glob("*"):
        if day.name not in listing.days:
            shutil.rmtree(day, ignore_errors=True)


def _kept(signins: Iterable[SignIn], oldest: int, counts: Added) -> Iterator[SignIn]:
    for signin in signins:
        if signin.at < oldest:
            counts.refused["older than sign-ins are kept"] += 1
        else:
            yield signin


@contextmanager
def _staged(folder: WatchFolder) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A DuckDB that spills nowhere but into the folder's own staging."""
    with writing(folder.path, OWNER):
        folder.staging.mkdir(mode=0o700)
    con = connect(threads=2, memory_limit="512MB", temp_directory=str(folder.staging / "spill"))
    try:
        with writing(folder.path, OWNER):
            yield con
    finally:
        con.close()
        shutil.rmtree(folder.staging, ignore_errors=True)


def _stage(
    folder: WatchFolder,
    con: "duckdb.DuckDBPyConnection",
    signins: Iterator[SignIn],
    *,
    keep_names: bool,
) -> int:
    """Writes chunks by day below the staging folder; returns the number of rows."""
    pseudonyms, rows = Pseudonyms(folder.key("pseudonyms")), 0
    for number, chunk in enumerate(iter(lambda: list(islice(signins, _CHUNK)), [])):
        people = {pseudonyms.who(one.user): one.user for one in chunk if _placed(one)}
        if keep_names:
            with Names.open(folder) as names:
                names.note(people)
        table: Any = _columns(chunk, pseudonyms)
        con.register("chunk", table)
        con.execute(
            f"COPY (SELECT {_SELECT}, strftime(make_timestamp(signin_time), '%Y-%m-%d') AS day "
            "FROM chunk) "
            f"TO {literal(folder.staging / 'days')} (FORMAT parquet, "
            f"PARTITION_BY (day), FILENAME_PATTERN 'chunk-{number}-', OVERWRITE_OR_IGNORE)"
        )
        rows += len(chunk)
    return rows


def _placed(signin: SignIn) -> bool:
    return signin.outcome is Outcome.SUCCESS


def _columns(chunk: Sequence[SignIn], pseudonyms: Pseudonyms) -> dict[str, Any]:
    import numpy as np

    def whole(values: Iterable[int | None]) -> Any:
        listed = list(values)
        gone = np.array([value is None for value in listed])
        filled = np.array([0 if value is None else value for value in listed], dtype=np.int64)
        return np.ma.MaskedArray(filled, gone)

    def texts(values: Iterable[str | None]) -> Any:
        return np.array(list(values), dtype=object)

    return {
        "ip": np.array([one.address.low for one in chunk], dtype=np.int64),
        "ip_high": whole(one.address.high for one in chunk),
        "who": whole(pseudonyms.who(one.user) if _placed(one) else None for one in chunk),
        "signin_time": np.array([one.at for one in chunk], dtype=np.int64),
        "until_time": whole(one.until for one in chunk),
        "success": np.array([_placed(one) for one in chunk], dtype=bool),
        "proxied": np.array([one.proxied for one in chunk], dtype=bool),
        "source": texts(one.source for one in chunk),
        "kind": texts(str(one.kind) for one in chunk),
        "application": texts(one.application[:100] for one in chunk),
        "device": np.array([pseudonyms.device(one.device) for one in chunk], dtype=np.int64),
        "country": texts(one.country for one in chunk),
    }


def _commit(folder: WatchFolder, con: "duckdb.DuckDBPyConnection", listing: Listing) -> int:
    """Adds to each day what it lacks, and replaces the list; returns the number of new rows."""
    import duckdb

    days, added = {day: dict(files) for day, files in listing.days.items()}, 0
    for staged in sorted((folder.staging / "days").glob("day=*")):
        day = staged.name.removeprefix("day=")
        old = listing.files(folder, day)
        fresh = f"SELECT DISTINCT {', '.join(COLUMNS)} FROM {parquet(staged.glob('*.parquet'))}"
        if old:
            fresh += f" EXCEPT SELECT {', '.join(COLUMNS)} FROM {parquet(old)}"
        part = folder.staging / f"{_free_number(old):04}.parquet"
        try:
            new = copy_to(con, f"{fresh} ORDER BY {ORDER}", part, dictionaries=_DICTIONARIES)
        except (duckdb.InvalidInputException, duckdb.SerializationException) as error:
            raise damaged_day(folder, day) from error
        added += new
        if new:
            days[day] = _with_part(folder, con, day, days.get(day, {}), part)
    if added:
        save_listing(folder, Listing(days))
    return added


def _with_part(
    folder: WatchFolder,
    con: "duckdb.DuckDBPyConnection",
    day: str,
    files: dict[str, Any],
    part: Path,
) -> dict[str, Any]:
    """The day's files with one more; when they have become many, one instead of all."""
    if len(files) + 1 >= _PARTS:
        old = [folder.signins / day / name for name in files]
        merged = part.with_name(f"{int(part.stem) + 1:04}.parquet")
        select = f"SELECT * FROM {parquet([*old, part])} ORDER BY {ORDER}"
        copy_to(con, select, merged, dictionaries=_DICTIONARIES)
        files, part = {}, merged
    found = fingerprint_of(part)
    settle(part, folder.signins / day / part.name)
    return {**files, part.name: found}


def _free_number(files: Sequence[Path]) -> int:
    return max((int(file.stem) for file in files), default=0) + 1
