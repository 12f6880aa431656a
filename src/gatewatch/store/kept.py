"""Connections kept open for who asks often: to open one costs more than most questions.

A server keeps them for one state of the lake and lets go of them all when the lake changes. The
questions of several threads share the files' metadata and the memory of one DuckDB, never a cursor.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["Kept"]

_MOST = 8


class Kept:
    """Connections by the snapshots that they read; those unused for longest are let go."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._open: OrderedDict[tuple[str, ...], duckdb.DuckDBPyConnection] = OrderedDict()

    def cursor(
        self,
        snapshots: Sequence[str],
        connect: Callable[[Sequence[str]], "duckdb.DuckDBPyConnection"],
    ) -> "duckdb.DuckDBPyConnection":
        """A connection of the caller's own to the views that `connect` makes of `snapshots`."""
        key = tuple(snapshots)
        with self._lock:
            con = self._open.pop(key, None) or connect(snapshots)
            self._open[key] = con
            while len(self._open) > self._most:
                # To close it would end the questions that are still asked there.
                self._open.popitem(last=False)
            return con.cursor()
