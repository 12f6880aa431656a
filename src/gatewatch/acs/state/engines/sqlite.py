"""SQLite in a folder: the default, for one machine.

WAL with synchronous=FULL: what was committed survives the loss of power, and questions never wait
for the writer. Several processes may share the folder; a writer waits up to 20 s for another one.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gatewatch.acs.state.database import Row
from gatewatch.model.errors import StateUnusable

__all__ = ["NAME", "connect", "takes"]

NAME = "sqlite"
FILE = "acs.sqlite"
_MEND = "see the disk, and the rights on the folder"


def takes(where: str) -> bool:
    """A folder: whatever is no address of a database."""
    return "://" not in where


def connect(where: str) -> "SqliteDatabase":
    """A connection to the file in the folder `where`; makes both."""
    folder = Path(where)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return SqliteDatabase(folder / FILE)
    except (OSError, sqlite3.Error) as error:
        raise StateUnusable(where=folder, what=error, mend=_MEND) from None


class SqliteDatabase:
    """See `Database`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Each connection is used by one thread at a time, but not always by the same one.
        self._con = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-65536",
            "trusted_schema=OFF",
        ):
            self._con.execute(f"PRAGMA {pragma}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """IMMEDIATE: whoever reads first and writes then can never be refused in the middle."""
        try:
            self._con.execute("BEGIN IMMEDIATE")
            yield
            self._con.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            if isinstance(error, sqlite3.OperationalError):
                raise StateUnusable(where=self._path, what=error, mend=_MEND) from error
            raise
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        if self._con.in_transaction:
            self._con.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """See `Database`."""
        return self._con.execute(sql, values).fetchall()

    def many(self, sql: str, lists: Iterable[Sequence[Any]]) -> None:
        """See `Database`."""
        self._con.executemany(sql, lists)

    def each(self, sql: str, lists: Sequence[Sequence[Any]]) -> list[list[Row]]:
        """See `Database`."""
        execute = self._con.execute
        return [execute(sql, values).fetchall() for values in lists]

    def define(self, statements: Iterable[str]) -> None:
        """See `Database`."""
        with self.transaction():
            for statement in statements:
                self._con.execute(statement.replace("{blob}", "BLOB"))

    def append_only(self, table: str) -> None:
        """Triggers refuse UPDATE and DELETE."""
        with self.transaction():
            for verb in ("UPDATE", "DELETE"):
                self._con.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON "
                    f"{table} BEGIN SELECT RAISE(ABORT, 'this log only grows'); END"
                )

    def serialise(self, what: str) -> None:
        """There is one writer at a time anyway."""

    def close(self) -> None:
        """See `Database`."""
        self._con.close()
