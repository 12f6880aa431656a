"""Tables that are kept in a lake, replaced, removed, and laid over one another for look-ups.

How they lie there is told in `enrich/sources.py`. The caller keeps other writers out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from gatewatch.enrich.flatten import Spans
from gatewatch.enrich.intake import Intake
from gatewatch.enrich.parquet import connect, read_spans, write_names, write_spans
from gatewatch.enrich.ranges import Ranges
from gatewatch.enrich.sources import (
    FOLDER,
    Origin,
    Source,
    clear,
    corrupt,
    has_table,
    next_number,
    put,
    sound_sources,
    sources,
)
from gatewatch.model.errors import LakeCorrupt, LakeUnwritable
from gatewatch.model.moment import iso, parse_moment

if TYPE_CHECKING:
    import duckdb

__all__ = ["load_ranges", "remove_table", "save_table"]

# A reader that finds a file gone begins anew, since the table was replaced at that moment.
_TRIES = 3


def save_table(
    lake: Path,
    name: str,
    intake: Intake,
    *,
    file: str,
    data_date: str | None = None,
    licence: str | None = None,
    origin: Origin | None = None,
) -> Source:
    """Makes what a file came to the lake's table `name`, in place of one that has this name.

    `file` is what people call the file; `data_date` stands in where the file has none, `licence`
    replaces its format's notice. The table is the first to be asked; one that came from an
    `origin` keeps its rank when a newer one comes from there. Raises LakeUnwritable; the lake is
    then as it was.
    """
    number = next_number(lake)
    source = Source(
        name=name,
        kind=_kind(intake),
        format=intake.format,
        file=file,
        sha256=intake.sha256,
        imported_at=iso(time_ns() // 1000),
        data_date=_dated(intake.about.data_date) or _dated(data_date),
        licence=licence or intake.about.licence,
        ranges4=len(intake.spans4.asn),
        ranges6=len(intake.spans6.asn),
        rows=intake.rows,
        rejected=intake.rejected,
        id=number,
        rank=(origin and _rank_of_fetched(lake, name)) or number,
        origin=origin,
    )
    with _writing(lake):
        (lake / FOLDER / name).mkdir(parents=True, exist_ok=True)
        try:
            with connect() as con:
                _write_parts(con, lake, source, intake)
                put(con, lake, name, source)
        finally:
            clear(lake)
    return source


def remove_table(lake: Path, name: str) -> bool:
    """Removes the table `name`, a damaged one as well; returns whether there was one."""
    if not has_table(lake, name):
        return False
    with _writing(lake):
        with connect() as con:
            put(con, lake, name, None)
        clear(lake)
    return True


def load_ranges(lake: Path) -> Ranges | None:
    """All tables of the lake, ready for look-ups, or None when there is none.

    Raises LakeCorrupt.
    """
    for _ in range(_TRIES):
        found = sources(lake)
        if not found:
            return None
        try:
            with connect() as con:
                return Ranges([_read_parts(con, lake, source) for source in found])
        except LakeCorrupt:
            if sources(lake) == found:
                raise
    raise corrupt(lake / FOLDER / found[0].name, "changes faster than it can be read")


def _dated(day: str | None) -> str | None:
    """The day, or month, unless no data of ours can be of that time: some files say 1970."""
    try:
        parse_moment(f"{day}-01" if len(day or "") == len("2026-11") else day or "")
    except ValueError:
        return None
    return day


def _rank_of_fetched(lake: Path, name: str) -> int | None:
    tables = {source.name: source for source in sound_sources(lake)}
    return tables[name].rank if name in tables and tables[name].origin else None


def _kind(intake: Intake) -> str:
    both = (intake.spans4, intake.spans6)
    if not any(spans.country.any() for spans in both):
        return "asn"
    return "both" if any(spans.asn.any() for spans in both) else "country"


def _write_parts(
    con: "duckdb.DuckDBPyConnection", lake: Path, source: Source, intake: Intake
) -> None:
    write_spans(con, intake.spans4, 4, source.path(lake, "ranges-4"))
    write_spans(con, intake.spans6, 6, source.path(lake, "ranges-6"))
    write_names(con, intake.names, source.path(lake, "names"))


def _read_parts(
    con: "duckdb.DuckDBPyConnection", lake: Path, source: Source
) -> tuple[Spans, Spans]:
    import duckdb

    try:
        return (
            read_spans(con, 4, source.path(lake, "ranges-4")),
            read_spans(con, 6, source.path(lake, "ranges-6")),
        )
    except duckdb.Error as error:
        folder = lake / FOLDER / source.name
        raise corrupt(folder, "a file of it is missing or damaged") from error


@contextmanager
def _writing(lake: Path) -> Iterator[None]:
    """Turns what the system says of a failed write into one line."""
    import duckdb

    try:
        yield
    except OSError as error:
        what = (error.strerror or str(error)).lower()
    except duckdb.IOException as error:
        what = str(error).splitlines()[0]
    else:
        return
    raise LakeUnwritable(where=lake, what=what, mend="free space or choose another --lake")
