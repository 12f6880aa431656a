"""Forgetting a person: every row that stands for them goes, and every file is searched afterwards.

Every table with a column `who` is swept, whichever module made it. The audit log stays: it names
cases, not people. A later import of the same logs brings the person back; that is for the company
to prevent.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.store.schema import connect, parquet
from gatewatch.watch.audit import add_line
from gatewatch.watch.book import Book
from gatewatch.watch.erasing import erase_rows
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.people import People
from gatewatch.watch.pseudonyms import Pseudonyms, number_of, shown_as

if TYPE_CHECKING:
    import duckdb

__all__ = ["Forgotten", "forget", "traces"]

_SHORTEST = 4


@dataclass
class Forgotten:
    """What was removed, and what is left (nothing, or something failed)."""

    signins: int = 0
    rows: int = 0
    left: list[str] = field(default_factory=list)
    """The files in which something of the person is still found."""


def forget(path: Path, person: str, now: int, actor: str) -> Forgotten:
    """Forgets `person`, a name or a pseudonym; raises what `erase_rows` and a book raise."""
    folder, done = WatchFolder(path), Forgotten()
    with folder.writer():
        who = _who(folder, person)
        done.signins = erase_rows(folder, f"who = {who}")
        for file in filter(Path.exists, (folder.book, folder.names)):
            with Book.open(folder, file) as book:
                done.rows += _sweep(book, who)
                book.scrub()
        with Book.open(folder) as book:
            add_line(book, now, actor, "forgot a person", f"{done.signins} sign-ins")
        done.left = traces(path, person)
    return done


def traces(path: Path, person: str) -> list[str]:
    """The files in the folder in which anything stands for `person`, however deep.

    Parquet is read, since it is compressed; every other file is searched byte by byte, free pages
    and write-ahead logs of SQLite included. A name of less than four letters, which any file may
    hold by chance, is looked for by its pseudonym alone.
    """
    folder = WatchFolder(path)
    who = _who(folder, person)
    spellings = {person.encode(), People().person(person).encode()}
    words = [shown_as(who).encode(), *(one for one in spellings if len(one) >= _SHORTEST)]
    found = []
    con = connect(threads=2)
    try:
        for file in sorted(filter(Path.is_file, path.rglob("*"))):
            if file.suffix == ".parquet":
                hit = _in_parquet(con, file, who)
            else:
                data = file.read_bytes()
                # SQLite writes whole numbers big-endian.
                raw = [who.to_bytes(8, "big", signed=True)] if ".db" in file.name else []
                hit = any(word in data for word in (*words, *raw))
            if hit:
                found.append(str(file))
    finally:
        con.close()
    return found


def _in_parquet(con: "duckdb.DuckDBPyConnection", file: Path, who: int) -> bool:
    import duckdb

    try:
        sql = f"SELECT count(*) FROM {parquet([file])} WHERE who = {who}"
        return bool(con.execute(sql).fetchall()[0][0])
    except duckdb.Error:
        # What cannot be read proves nothing.
        return True


def _who(folder: WatchFolder, person: str) -> int:
    number = number_of(person.strip())
    if number is not None:
        return number
    return Pseudonyms(folder.key("pseudonyms")).who(People().person(person))


def _sweep(book: Book, who: int) -> int:
    rows = 0
    tables = book.tables_with("who")
    with book.change() as connection:
        for table in tables:
            rows += connection.execute(f'DELETE FROM "{table}" WHERE who = ?', (who,)).rowcount
    return rows
