"""What an engine must be able to do: SQL with `?` for each value, in transactions.

The SQL of this room is the part that SQLite (3.35+) and PostgreSQL (12+) share: upserts,
RETURNING, no types but BIGINT, TEXT and BLOB. `{blob}` in a definition is the engine's own word.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

__all__ = ["Database", "Row"]

Row = Sequence[Any]


class Database(Protocol):
    """One connection, used by one thread at a time."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commits at its end, durably; rolls back on an error. One writer at a time may be in it.

        Raises StateUnusable when the engine cannot go on (a full disk, a lost connection).
        """

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """What one statement returns."""

    def many(self, sql: str, lists: Iterable[Sequence[Any]]) -> None:
        """One statement with each list of values; returns nothing."""

    def each(self, sql: str, lists: Sequence[Sequence[Any]]) -> list[list[Row]]:
        """One statement with each list of values, and the rows that each returned."""

    def define(self, statements: Iterable[str]) -> None:
        """Makes tables, where they are not there yet, when several processes start at once too."""

    def append_only(self, table: str) -> None:
        """Forbids changing and removing rows of `table`, by whatever the engine has for that."""

    def serialise(self, what: str) -> None:
        """Inside a transaction: until its end no other one gets beyond the same line."""

    def close(self) -> None:
        """Ends the connection."""
