"""PostgreSQL: for several processes on several machines that serve the same devices.

One connection each for writing and for questions; batches travel in one go (psycopg's pipeline),
since a round trip for each statement would cost more than the statement. The server's
synchronous_commit stays as it is set there: `on` is what makes an answered device's word safe.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString

import psycopg

from gatewatch.acs.state.database import Row
from gatewatch.model.errors import StateUnusable

__all__ = ["NAME", "connect", "takes"]

NAME = "postgresql"
_MEND = "see that the server runs, and its log"
# Any number will do, as long as nobody else of the same database takes it for something else.
_LOCKS = {"tables": 7_547_001, "audit": 7_547_002, "ids": 7_547_003}


def takes(where: str) -> bool:
    """The address of a database."""
    return where.startswith(("postgresql://", "postgres://"))


def connect(where: str) -> "PostgresDatabase":
    """A connection; raises StateUnusable."""
    try:
        return PostgresDatabase(where)
    except psycopg.Error as error:
        raise StateUnusable(where="postgresql", what=_said(error), mend=_MEND) from None


class PostgresDatabase:
    """See `Database`."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._con = psycopg.connect(where, autocommit=True, connect_timeout=10)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A connection that was lost is made anew for the next transaction."""
        try:
            if self._con.closed:
                self._con = psycopg.connect(self._where, autocommit=True, connect_timeout=10)
            with self._con.transaction():
                yield
        except psycopg.OperationalError as error:
            self._con.close()
            raise StateUnusable(where="postgresql", what=_said(error), mend=_MEND) from error

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """See `Database`."""
        try:
            cursor = self._con.execute(_spelled(sql), values)
            return list(cursor.fetchall()) if cursor.description else []
        except psycopg.OperationalError as error:
            if self._con.info.transaction_status == psycopg.pq.TransactionStatus.UNKNOWN:
                self._con.close()
            raise StateUnusable(where="postgresql", what=_said(error), mend=_MEND) from error

    def many(self, sql: str, lists: Iterable[Sequence[Any]]) -> None:
        """See `Database`; psycopg sends them in a pipeline."""
        with self._con.cursor() as cursor:
            cursor.executemany(_spelled(sql), lists)

    def each(self, sql: str, lists: Sequence[Sequence[Any]]) -> list[list[Row]]:
        """See `Database`; one round trip for all."""
        if len(lists) == 1:
            return [self.rows(sql, lists[0])]
        found: list[list[Row]] = []
        with self._con.cursor() as cursor:
            cursor.executemany(_spelled(sql), lists, returning=True)
            while True:
                found.append(list(cursor.fetchall()) if cursor.description else [])
                if not cursor.nextset():
                    return found

    def define(self, statements: Iterable[str]) -> None:
        """See `Database`; two that start at once would trip over each other's tables."""
        with self.transaction():
            self.serialise("tables")
            for statement in statements:
                self._con.execute(_spelled(statement.replace("{blob}", "BYTEA")))

    def append_only(self, table: str) -> None:
        """A trigger refuses UPDATE, DELETE and TRUNCATE."""
        with self.transaction():
            self.serialise("tables")
            for statement in (
                f"CREATE OR REPLACE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql "
                "AS $$ BEGIN RAISE EXCEPTION 'this log only grows'; END $$",
                f"CREATE OR REPLACE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()",
                f"CREATE OR REPLACE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()",
            ):
                self._con.execute(_spelled(statement))

    def serialise(self, what: str) -> None:
        """An advisory lock until the transaction ends."""
        self._con.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCKS[what],))

    def close(self) -> None:
        """See `Database`."""
        self._con.close()


@lru_cache(maxsize=256)
def _spelled(sql: LiteralString) -> LiteralString:
    """`?` as psycopg writes it."""
    return sql.replace("%", "%%").replace("?", "%s")


def _said(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
