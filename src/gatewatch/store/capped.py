"""A cap on the time that DuckDB may work: the only way to stop a query is from another thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from gatewatch.model.errors import QueryTooSlow

if TYPE_CHECKING:
    import duckdb

__all__ = ["capped"]

_AGAIN_S = 0.05


@contextmanager
def capped(con: "duckdb.DuckDBPyConnection", seconds: float | None, where: Path) -> Iterator[None]:
    """Interrupts what `con` does once the block has taken `seconds`; None: never.

    Raises QueryTooSlow, which names `where`, in place of what an interrupted query raises.
    """
    if seconds is None:
        yield
        return
    import duckdb

    done, late = Event(), Event()

    def watch() -> None:
        if done.wait(seconds):
            return
        late.set()
        # Between two queries an interruption is lost, so it is repeated until the block ends.
        while not done.wait(_AGAIN_S):
            con.interrupt()

    watcher = Thread(target=watch, name="query time", daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.InterruptException as error:
        if late.is_set():
            raise QueryTooSlow(where=where, seconds=f"{seconds:g}") from error
        raise
    finally:
        done.set()
        watcher.join()
