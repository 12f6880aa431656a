"""A question to a lake: a query that was understood, with the files open that answer it.

Commands, pages and the API ask here, so that the same words find the same services everywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.parser import Query
from gatewatch.query.scope import Scope, scope
from gatewatch.query.search import prove_patterns
from gatewatch.store.lake import Lake

if TYPE_CHECKING:
    import duckdb

__all__ = ["Question", "Widened", "asking"]

Widened = Callable[[Scope, Sequence[SnapshotInfo]], Scope]
"""Has a question look at more of the lake's snapshots than its query chose."""


@dataclass(frozen=True, slots=True)
class Question:
    """An understood query with the lake's files open for it."""

    scope: Scope
    con: "duckdb.DuckDBPyConnection"
    lake: Lake
    query: Query


@contextmanager
def asking(lake: Lake, query: Query, widened: Widened | None = None) -> Iterator[Question]:
    """The question that `query` asks of `lake`, to be answered within the with-block.

    Raises BadQuery and LakeCorrupt.
    """
    found = scope(query.node, lake.snapshots)
    if widened is not None:
        found = widened(found, lake.snapshots)
    with lake.reading(found.ids) as con:
        prove_patterns(con, found.node)
        yield Question(found, con, lake, query)
