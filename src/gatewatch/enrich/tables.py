"""The network tables of a lake: `LAKE/networks/<name>/`.

    source.json             what the table is and which files it has; while it is there, so is it
    ranges-4-<id>.parquet   first, last, asn, country
    ranges-6-<id>.parquet   first_high, first_low, last_high, last_low, asn, country
    names-<id>.parquet      asn, name

and beside these folders `as_names.parquet`, the names of all tables, for joins. Ranges are sorted
and disjoint, both ends belong to them, unknown is NULL, halves of IPv6 addresses are signed.

A table is replaced by one rename of its source.json: whatever stops the writer, readers find the
old table whole or the new one. Its files get new names each time, so no reader mixes two. Readers
need no lock; the caller keeps other writers out.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from gatewatch.enrich.flatten import Spans
from gatewatch.enrich.intake import Intake
from gatewatch.enrich.parquet import (
    connect,
    merge_names,
    read_names,
    read_spans,
    sync,
    write_names,
    write_spans,
)
from gatewatch.enrich.ranges import Ranges
from gatewatch.model.errors import LakeCorrupt, LakeUnwritable
from gatewatch.model.moment import iso

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "FOLDER",
    "Source",
    "as_names",
    "is_table_name",
    "load_ranges",
    "remove_table",
    "save_table",
    "sources",
]

FOLDER = "networks"
_SOURCE = "source.json"
_AS_NAMES = "as_names.parquet"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# A reader that finds a file gone begins anew, since the table was replaced at that moment.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from and what it holds."""

    name: str
    kind: str
    """What its ranges tell: `asn`, `country` or `both`."""
    format: str
    file: str
    sha256: str
    """Of the file as it was given."""
    imported_at: str
    data_date: str | None
    licence: str | None
    """The notice to show wherever its data is shown."""
    ranges4: int
    ranges6: int
    rows: int
    rejected: int
    id: int
    """Tables are asked in falling order of their ids, so the last import first."""

    def __str__(self) -> str:
        """Its name, age and licence, as reports show them."""
        age = f"data of {self.data_date}" if self.data_date else "data without a date"
        licence = self.licence or "licence not stated"
        return f"{self.name}: {age}, imported {self.imported_at[:10]}; {licence}"

    def path(self, lake: Path, part: str) -> Path:
        """Where its `ranges-4`, `ranges-6` or `names` are."""
        return lake / FOLDER / self.name / f"{part}-{self.id}.parquet"


def is_table_name(name: str) -> bool:
    """Whether a table may have this name, which is also its folder's."""
    return bool(_NAME.fullmatch(name))


def save_table(
    lake: Path,
    name: str,
    intake: Intake,
    *,
    file: str,
    data_date: str | None = None,
    licence: str | None = None,
) -> Source:
    """Makes what a file came to the lake's table `name`, in place of one that has this name.

    `file` is what people call the file; `data_date` stands in where the file has none, `licence`
    replaces its format's notice. Raises LakeUnwritable; the lake is then as it was.
    """
    folder = lake / FOLDER / name
    others = _sound_sources(lake)
    source = Source(
        name=name,
        kind=_kind(intake),
        format=intake.format,
        file=file,
        sha256=intake.sha256,
        imported_at=iso(time_ns() // 1000),
        data_date=intake.about.data_date or data_date,
        licence=licence or intake.about.licence,
        ranges4=len(intake.spans4.asn),
        ranges6=len(intake.spans6.asn),
        rows=intake.rows,
        rejected=intake.rejected,
        # A clock that was set back must not put the newest table last.
        id=max([time_ns(), *(other.id + 1 for other in others)]),
    )
    with _writing(lake):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with connect() as con:
                _write_parts(con, lake, source, intake)
                kept = [source, *(other for other in others if other.name != name)]
                names = _names_beside(con, lake, kept)
            _replace(folder / _SOURCE, json.dumps(asdict(source), indent=1))
            names.replace(lake / FOLDER / _AS_NAMES)
            sync(folder.parent)
        finally:
            _clear(lake)
    return source


def remove_table(lake: Path, name: str) -> bool:
    """Removes the table `name`, a damaged one as well; returns whether there was one."""
    folder = lake / FOLDER / name
    if not is_table_name(name) or not (folder / _SOURCE).exists():
        return False
    others = [other for other in _sound_sources(lake) if other.name != name]
    with _writing(lake):
        with connect() as con:
            names = _names_beside(con, lake, others)
        (folder / _SOURCE).unlink()
        sync(folder)
        names.replace(lake / FOLDER / _AS_NAMES)
        sync(folder.parent)
        _clear(lake)
    return True


def sources(lake: Path) -> list[Source]:
    """The lake's tables in the order in which they are asked; raises LakeCorrupt."""
    return _sources(lake, FileNotFoundError)  # one that was removed since it was listed


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
    raise _corrupt(lake / FOLDER / found[0].name, "changes faster than it can be read")


def as_names(lake: Path) -> dict[int, str]:
    """The names of autonomous systems that the lake's tables know; raises LakeCorrupt."""
    import duckdb

    path = lake / FOLDER / _AS_NAMES
    if not path.exists():
        return {}
    try:
        with connect() as con:
            return read_names(con, path)
    except duckdb.Error as error:
        raise _corrupt(path, str(error).splitlines()[0]) from error


def _kind(intake: Intake) -> str:
    both = (intake.spans4, intake.spans6)
    if not any(spans.country.any() for spans in both):
        return "asn"
    return "both" if any(spans.asn.any() for spans in both) else "country"


def _sound_sources(lake: Path) -> list[Source]:
    """The tables that can be read: a damaged one must not keep a user from mending it."""
    return _sources(lake, FileNotFoundError, LakeCorrupt)


def _sources(lake: Path, *passed_over: type[Exception]) -> list[Source]:
    found = []
    for path in (lake / FOLDER).glob(f"*/{_SOURCE}"):
        with suppress(*passed_over):
            found.append(_read_source(path))
    return sorted(found, key=lambda source: -source.id)


def _read_source(path: Path) -> Source:
    try:
        source = Source(**json.loads(path.read_bytes()))
        if source.name == path.parent.name and isinstance(source.id, int):
            return source
    except (ValueError, TypeError):
        pass
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _corrupt(path.parent, f"cannot be read ({error.strerror})") from error
    raise _corrupt(path.parent, f"its {_SOURCE} does not describe a table")


def _corrupt(folder: Path, what: str) -> LakeCorrupt:
    mend = f'import its file again, or "gatewatch geo remove {folder.name}"'
    return LakeCorrupt(where=folder, what=what, mend=mend)


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
        raise _corrupt(folder, "a file of it is missing or damaged") from error


def _names_beside(con: "duckdb.DuckDBPyConnection", lake: Path, asked: Iterable[Source]) -> Path:
    """Writes the names of all tables beside the file that it is to replace; returns where."""
    beside = lake / FOLDER / f".{_AS_NAMES}.new"
    merge_names(con, [source.path(lake, "names") for source in asked], beside)
    return beside


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    sync(beside)
    sync(path.parent)
    beside.replace(path)
    sync(path.parent)


def _clear(lake: Path) -> None:
    """Removes what writers left that were stopped, and what replaced tables had."""
    for folder in (lake / FOLDER).glob("*/"):
        try:
            mark = f"-{_read_source(folder / _SOURCE).id}."
        except FileNotFoundError:
            shutil.rmtree(folder, ignore_errors=True)
        except LakeCorrupt:
            continue
        else:
            for path in folder.iterdir():
                if path.name != _SOURCE and mark not in path.name:
                    with suppress(OSError):
                        path.unlink()


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
