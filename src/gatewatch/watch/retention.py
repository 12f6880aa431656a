"""Retention: what is older than so many days goes, and it can be proved that it went.

`enforce` drops whole days, writes the one mixed day anew, deletes what has lapsed from every table
with a column `lapses_at`, and names that nothing refers to any more. `verify` reads every file in
the folder, listed or not, and tells what is older.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.store.schema import connect, parquet
from gatewatch.watch.book import Book
from gatewatch.watch.erasing import erase_rows
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.listing import load_listing
from gatewatch.watch.names import Names

if TYPE_CHECKING:
    import duckdb

__all__ = ["Lapsed", "enforce", "verify"]

_DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What retention removed."""

    signins: int
    rows: int
    """Of cases, evidence and other tables."""
    names: int


def enforce(path: Path, days: int, now: int) -> Lapsed:
    """Removes what is older than `days` before `now`; raises what `erase_rows` and a book raise."""
    folder, oldest = WatchFolder(path), now - days * _DAY
    with folder.writer():
        old = [day for day in sorted(load_listing(folder).days) if parse_moment(day) < oldest]
        signins = erase_rows(folder, f"epoch_us(signin_time) < {oldest}", old)
        with Book.open(folder) as book:
            rows = 0
            with book.change() as connection:
                for table in book.tables_with("lapses_at"):
                    rows += connection.execute(
                        f'DELETE FROM "{table}" WHERE lapses_at < ?', (oldest,)
                    ).rowcount
            book.scrub()
        names = _drop_names(folder)
    return Lapsed(signins, rows, names)


def verify(path: Path, days: int, now: int) -> list[str]:
    """What is older than `days` before `now`, one line a file or table; empty: nothing is.

    Every file is read, also those that no list names.
    """
    folder, oldest = WatchFolder(path), now - days * _DAY
    con = connect(threads=2)
    try:
        counts = {file: _older(con, file, oldest) for file in sorted(path.rglob("*.parquet"))}
        found = [f"{file}: {count}" for file, count in counts.items() if count]
    finally:
        con.close()
    if not folder.book.exists():
        return found
    with Book.open(folder) as book:
        for table in book.tables_with("lapses_at"):
            sql = f'SELECT count(*) FROM "{table}" WHERE lapses_at < ?'
            if count := book.read(sql, (oldest,))[0][0]:
                found.append(f"{book.path}: {count} older rows in {table}")
        found += _free_pages(book)
    if unneeded := _unneeded_names(folder):
        found.append(f"{folder.names}: {len(unneeded)} names of nobody who is kept")
    return found


def _older(con: "duckdb.DuckDBPyConnection", file: Path, oldest: int) -> str:
    import duckdb

    sql = f"SELECT count(*) FROM {parquet([file])} WHERE epoch_us(signin_time) < {oldest}"
    try:
        count = int(con.execute(sql).fetchall()[0][0])
    except duckdb.Error:
        return "cannot be read, so it cannot be told"
    return f"{count} older sign-ins" if count else ""


def _free_pages(book: Book) -> list[str]:
    free = int(book.read("PRAGMA freelist_count")[0][0])
    return [f"{book.path}: {free} free pages"] if free else []


def _unneeded_names(folder: WatchFolder) -> list[int]:
    """The pseudonyms in the table of names that no sign-in and no row of the book refers to."""
    if not folder.names.exists():
        return []
    with Names.open(folder) as names:
        named = {int(row[0]) for row in names.book.read("SELECT who FROM names")}
    files = load_listing(folder).all_files(folder)
    if named and files:
        con = connect(threads=2)
        rows = con.execute(f"SELECT DISTINCT who FROM {parquet(files)}").fetchall()
        con.close()
        named -= {who for (who,) in rows}
    with Book.open(folder) as book:
        for table in book.tables_with("who"):
            named -= {row[0] for row in book.read(f'SELECT DISTINCT who FROM "{table}"')}
    return sorted(named)


def _drop_names(folder: WatchFolder) -> int:
    unneeded = _unneeded_names(folder)
    if unneeded:
        with Names.open(folder) as names:
            with names.book.change() as rows:
                rows.executemany("DELETE FROM names WHERE who = ?", [(who,) for who in unneeded])
            names.book.scrub()
    return len(unneeded)
