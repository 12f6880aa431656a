"""Queries kept by name in the lake, and what changed in their answer between two snapshots."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.model.address import Address
from gatewatch.model.errors import BadArguments, LakeCorrupt, QueryUnknown
from gatewatch.model.fields import Home
from gatewatch.model.moment import SECOND, iso
from gatewatch.query.compile import where
from gatewatch.query.nodes import Node, conditions
from gatewatch.query.parser import Query
from gatewatch.query.printing import printed
from gatewatch.store.durable import replace_file, writing
from gatewatch.store.lock import writer_lock

if TYPE_CHECKING:
    import duckdb

__all__ = ["Change", "Saved", "changes", "delete", "keep", "load", "named", "save"]

FILE = "queries.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST = 1000
_BATCH = 2048


@dataclass(frozen=True, slots=True)
class Saved:
    """A query under a name."""

    name: str
    query: str
    """In canonical form."""
    unit: str
    saved_at: str


@dataclass(frozen=True, slots=True)
class Change:
    """One service that the query finds in one of two snapshots only."""

    change: str
    """`added` or `removed`."""
    ip: str
    port: int
    because: str
    """`new` and `not seen`: of the service itself; `changed`: it is in both."""


def load(lake: Path) -> dict[str, Saved]:
    """The saved queries by name, sorted; raises LakeCorrupt."""
    path = lake / FILE
    try:
        entries = [Saved(**entry) for entry in json.loads(path.read_bytes())]
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, RecursionError):
        mend = "mend it or remove it; snapshots do not depend on it"
        raise LakeCorrupt(where=path, what="is not a list of queries", mend=mend) from None
    return {one.name: one for one in sorted(entries, key=lambda one: one.name)}


def named(lake: Path, name: str) -> Saved:
    """The query saved as `name`; raises QueryUnknown, LakeCorrupt."""
    known = load(lake)
    if name not in known:
        raise QueryUnknown(where=lake, name=name)
    return known[name]


def save(lake: Path, entry: Saved) -> None:
    """Keeps `entry`, in the place of one of that name; raises BadArguments, LakeBusy."""
    if not _NAME.fullmatch(entry.name):
        mend = "use letters, digits, dot, dash and underscore, at most 64"
        raise BadArguments(where="query save", what=f'"{entry.name}" is no name', mend=mend)
    with writer_lock(lake):
        known = load(lake) | {entry.name: entry}
        if len(known) > _MOST:
            what = f"a lake keeps at most {_MOST:,} queries"
            raise BadArguments(where="query save", what=what, mend="delete some")
        _write(lake, known)


def keep(lake: Path, name: str, query: Query, seconds: float) -> Saved:
    """Keeps `query` as `name`, at so many seconds since 1970; raises BadArguments, LakeBusy."""
    for condition in conditions(query.node):
        if condition.field.home is Home.SNAPSHOT or condition.field.name == "scan_time":
            raise BadArguments(
                where="query save",
                what=f'"{printed(condition)}" chooses snapshots',
                mend="leave it out: a kept query compares the latest snapshot with the one before",
            )
    entry = Saved(name, printed(query.node), query.unit, iso(int(seconds) * SECOND))
    save(lake, entry)
    return entry


def delete(lake: Path, name: str) -> None:
    """Forgets the query saved as `name`; raises QueryUnknown, LakeBusy."""
    with writer_lock(lake):
        named(lake, name)
        _write(lake, {key: one for key, one in load(lake).items() if key != name})


def changes(
    con: "duckdb.DuckDBPyConnection", node: Node, before: str, after: str
) -> Iterator[Change]:
    """What `node` finds in snapshot `after` and not in `before`, then the other way round.

    In order of address; `con` has both snapshots.
    """
    condition = where(node)
    other = (
        "other.ip = one.ip AND other.ip_high IS NOT DISTINCT FROM one.ip_high "
        "AND other.port = one.port"
    )
    sql = f"""
        WITH found AS MATERIALIZED (
            SELECT snapshot, ip_high, ip, port FROM services WHERE {condition.text})
        SELECT ip_high, ip, port, EXISTS (
            SELECT 1 FROM services AS other WHERE other.snapshot = ? AND {other})
        FROM found AS one
        WHERE snapshot = ? AND NOT EXISTS (
            SELECT 1 FROM found AS other WHERE other.snapshot = ? AND {other})
        ORDER BY ip_high NULLS FIRST, ip, port"""
    for change, here, there in (("added", after, before), ("removed", before, after)):
        because = {"added": "new", "removed": "not seen"}[change]
        rows = con.execute(sql, (*condition.values, there, here, there))
        while batch := rows.fetchmany(_BATCH):
            for high, low, port, in_both in batch:
                told = "changed" if in_both else because
                yield Change(change, str(Address(high, low)), port, told)


def _write(lake: Path, known: dict[str, Saved]) -> None:
    with writing(lake):
        text = json.dumps([asdict(one) for one in known.values()], indent=1)
        replace_file(lake / FILE, text.encode())
