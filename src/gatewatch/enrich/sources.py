"""The network tables of a lake: `LAKE/networks/`.

    CURRENT/<name>.json            what the table is; while it is there, so is the table
    CURRENT/as_names.parquet       asn, name: the names of all tables, for joins
    <name>/ranges-4-<id>.parquet   first, last, asn, country
    <name>/ranges-6-<id>.parquet   first_high, first_low, last_high, last_low, asn, country
    <name>/names-<id>.parquet      asn, name

Ranges are sorted and disjoint, both ends belong to them, unknown is NULL, halves of IPv6
addresses are signed.

CURRENT is a link to a folder `STATE-<number>`, and a change is one rename of that link: whatever
stops the writer, readers find all tables and names as they were or as they are to be. Files get
new names each time, so no reader mixes two tables. Readers need no lock; the caller keeps other
writers out.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from gatewatch.enrich.parquet import connect, merge_names, read_names, sync
from gatewatch.model.errors import LakeCorrupt
from gatewatch.model.moment import parse_moment

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "FOLDER",
    "Origin",
    "Source",
    "as_names",
    "clear",
    "corrupt",
    "has_table",
    "is_table_name",
    "next_number",
    "put",
    "sound_sources",
    "sources",
]

FOLDER = "networks"
# Tables are never called so: their names have no capitals.
_CURRENT = "CURRENT"
_STATE = "STATE-"
_AS_NAMES = "as_names.parquet"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# A reader that finds a file gone begins anew, since the state was replaced at that moment.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """Where `geo update` fetched a table, and what to ask with the next time."""

    url: str
    """Without what may be secret."""
    asked: str
    """Changes when what the configuration says of it changes."""
    etag: str | None
    last_modified: str | None


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
    """In the names of its files; no two tables ever have the same."""
    rank: int
    """Tables are asked in falling order of their ranks."""
    origin: Origin | None = None

    def __str__(self) -> str:
        """Its name, age and licence, as reports show them."""
        age = f"data of {self.data_date}" if self.data_date else "data without a date"
        licence = self.licence or "licence not stated"
        return f"{self.name} ({age}, imported {self.imported_at[:10]}; {licence})"

    @property
    def moment(self) -> int:
        """When its data was right, as far as is known, in microseconds since 1970."""
        day = self.data_date or self.imported_at
        return parse_moment(f"{day}-01" if len(day) == len("2026-11") else day)

    def path(self, lake: Path, part: str) -> Path:
        """Where its `ranges-4`, `ranges-6` or `names` are."""
        return lake / FOLDER / self.name / f"{part}-{self.id}.parquet"


def is_table_name(name: str) -> bool:
    """Whether a table may have this name, which is also its folder's."""
    return bool(_NAME.fullmatch(name))


def sources(lake: Path) -> list[Source]:
    """The lake's tables in the order in which they are asked; raises LakeCorrupt."""
    return _sources(lake)


def sound_sources(lake: Path) -> list[Source]:
    """Those tables that can be read: a damaged one must not keep a user from mending it."""
    return _sources(lake, LakeCorrupt)


def has_table(lake: Path, name: str) -> bool:
    """Whether there is a table `name`, sound or damaged."""
    return is_table_name(name) and (lake / FOLDER / _CURRENT / f"{name}.json").exists()


def next_number(lake: Path) -> int:
    """A number above all ids and ranks, also when the clock was set back."""
    known = sound_sources(lake)
    return max([time_ns(), *(max(other.id, other.rank) + 1 for other in known)])


def as_names(lake: Path) -> dict[int, str]:
    """The names of autonomous systems that the lake's tables know; raises LakeCorrupt."""
    import duckdb

    path = lake / FOLDER / _CURRENT / _AS_NAMES
    if not path.exists():
        return {}
    try:
        with connect() as con:
            return read_names(con, path)
    except duckdb.Error as error:
        raise corrupt(path, str(error).splitlines()[0]) from error


def put(con: "duckdb.DuckDBPyConnection", lake: Path, name: str, table: Source | None) -> None:
    """Makes `table` the lake's table `name`, or takes that away; in one step and for good."""
    folder = lake / FOLDER
    state = folder / f"{_STATE}{next_number(lake)}"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    for path in (folder / _CURRENT).glob("*.json"):
        if path.stem != name:
            shutil.copyfile(path, state / path.name)
    if table:
        text = json.dumps(asdict(table), indent=1)
        (state / f"{name}.json").write_text(text, encoding="utf-8")
        sync(folder / name)
    ranked = sorted(_described(state, LakeCorrupt), key=lambda source: -source.rank)
    merge_names(con, [source.path(lake, "names") for source in ranked], state / _AS_NAMES)
    for path in (*state.iterdir(), state):
        sync(path)
    beside = folder / f".{_CURRENT}.new"
    beside.unlink(missing_ok=True)
    beside.symlink_to(state.name)
    sync(folder)
    beside.replace(folder / _CURRENT)
    sync(folder)


def clear(lake: Path) -> None:
    """Removes what writers left that were stopped, and what replaced tables had."""
    folder = lake / FOLDER
    state = (folder / _CURRENT).resolve()
    for path in folder.iterdir():
        if path.is_symlink() or path.name == state.name or not path.is_dir():
            continue
        if not has_table(lake, path.name):
            shutil.rmtree(path, ignore_errors=True)
            continue
        with suppress(LakeCorrupt, OSError):
            mark = f"-{_read_source(state / f'{path.name}.json').id}."
            for file in path.iterdir():
                if mark not in file.name:
                    file.unlink()


def _sources(lake: Path, *passed_over: type[Exception]) -> list[Source]:
    current = lake / FOLDER / _CURRENT
    for _ in range(_TRIES):
        state, found = current.resolve(), []
        with suppress(FileNotFoundError):  # when the state was replaced while it was read
            found = list(_described(state, *passed_over))
        if current.resolve() == state:
            return sorted(found, key=lambda source: -source.rank)
    raise corrupt(lake / FOLDER, "changes faster than it can be read")


def _described(state: Path, *passed_over: type[Exception]) -> Iterator[Source]:
    for path in state.glob("*.json"):
        with suppress(*passed_over):
            yield _read_source(path)


def _read_source(path: Path) -> Source:
    folder = path.parents[1] / path.stem
    try:
        told = json.loads(path.read_bytes())
        origin = told.pop("origin")
        source = Source(**told, origin=Origin(**origin) if origin else None)
        whole = type(source.id) is int is type(source.rank)
        if whole and source.moment and source.name == path.stem and is_table_name(source.name):
            return source
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        pass
    except FileNotFoundError:
        raise
    except OSError as error:
        raise corrupt(folder, f"cannot be read ({error.strerror})") from error
    raise corrupt(folder, f"its description {path.name} does not describe a table")


def corrupt(folder: Path, what: str) -> LakeCorrupt:
    mend = f'import its file again, or "gatewatch geo remove {folder.name}"'
    return LakeCorrupt(where=folder, what=what, mend=mend)
