"""The book: one SQLite file for what changes, such as cases, assets and the audit log.

What `change` has committed survives `kill -9` and a power cut (WAL, synchronous FULL). What is
deleted is overwritten (secure_delete), and `scrub` leaves no free page behind.

A module that keeps something of its own makes its tables by `Book.ensure`. Two habits let
retention and `watch forget` find personal data in every table without knowing it:
- a column `who` (INTEGER) holds a pseudonym: its rows go when that person is forgotten;
- a column `lapses_at` (INTEGER, microseconds) says when something happened: its rows go when that
  is longer ago than the days of retention.
"""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gatewatch.model.errors import (
    GatewatchError,
    WatchBusy,
    WatchCorrupt,
    WatchTooNew,
    WatchUnwritable,
)
from gatewatch.store.durable import writing
from gatewatch.watch.folder import OWNER, WatchFolder

__all__ = ["Book"]

FORMAT = 1
_PATIENCE_S = 5.0


class Book:
    """An open book; use it in the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, folder: WatchFolder, file: Path | None = None) -> Iterator["Book"]:
        """The folder's book (or another file of the kind), made when there is none.

        Raises WatchCorrupt, WatchTooNew, WatchBusy, WatchUnwritable.
        """
        folder.make()
        path = file or folder.book
        with _told(path):
            connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            with writing(path, OWNER), _told(path):
                if stat.S_IMODE(path.stat().st_mode) != 0o600:
                    path.chmod(0o600)
                connection.row_factory = sqlite3.Row
                found = int(connection.execute("PRAGMA user_version").fetchone()[0])
                if found > FORMAT:
                    raise WatchTooNew(where=path, found=found, known=FORMAT)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA foreign_keys = ON")
                if not found:
                    connection.execute(f"PRAGMA user_version = {FORMAT}")
            yield cls(path, connection)
        finally:
            connection.close()

    def ensure(self, *statements: str) -> None:
        """Runs `CREATE TABLE IF NOT EXISTS` and the like, all or none."""
        with self.change() as rows:
            for statement in statements:
                rows.execute(statement)

    def read(self, sql: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """The rows of a question."""
        with _told(self.path):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes become durable, all or none, when the block ends."""
        with _told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def tables_with(self, column: str) -> list[str]:
        """The tables that have a column of this name."""
        rows = self.read(
            "SELECT DISTINCT t.name FROM sqlite_master t, pragma_table_info(t.name) c "
            "WHERE t.type = 'table' AND c.name = ? ORDER BY t.name",
            (column,),
        )
        return [str(row[0]) for row in rows]

    def scrub(self) -> None:
        """Writes the file anew, so that nothing deleted is left in free pages or in the WAL."""
        with _told(self.path):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what SQLite says into one line."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error(path, error) from error


def _error(path: Path, error: sqlite3.Error) -> GatewatchError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return WatchBusy(where=path, pid="another", age=f"more than {_PATIENCE_S:.0f} s")
    mends = {
        sqlite3.SQLITE_FULL: ("no space is left", "free space or choose another --watch"),
        sqlite3.SQLITE_READONLY: ("permission is denied", "choose a --watch that you may write"),
        sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "choose a --watch that you may write"),
        sqlite3.SQLITE_IOERR: ("the disk fails", "see the disk and the system's log"),
        sqlite3.SQLITE_PERM: ("permission is denied", "choose a --watch that you may write"),
    }
    if code in mends:
        what, mend = mends[code]
        return WatchUnwritable(where=path, what=what, mend=mend)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return WatchCorrupt(where=path, what="is damaged", mend="restore it from a backup")
    raise error
