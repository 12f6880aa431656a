"""Reading sign-ins: a DuckDB over one day's files, damage told as one line."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gatewatch.model.errors import WatchCorrupt
from gatewatch.store.schema import connect
from gatewatch.watch.folder import WatchFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["damaged_day", "reading_day"]


@contextmanager
def reading_day(folder: WatchFolder, day: str) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A connection for the files of a day; raises WatchCorrupt when one cannot be read."""
    import duckdb

    damage = (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)
    con = connect(threads=2)
    try:
        yield con
    except damage as error:
        raise damaged_day(folder, day) from error
    finally:
        con.close()


def damaged_day(folder: WatchFolder, day: str) -> WatchCorrupt:
    """The error for a file of sign-ins that cannot be read."""
    return WatchCorrupt(
        where=folder.signins / day,
        what="a file of sign-ins is damaged or missing",
        mend='"gatewatch watch status --verify" names it; restore it from a backup',
    )
