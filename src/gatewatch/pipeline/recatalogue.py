"""What another catalogue changes: two understandings of the same responses, side by side.

Compared are the fields that both have; responses that only one of them has read (a snapshot
imported since) are counted and left out. Services are those of one snapshot.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS, Home
from gatewatch.store.lake import Lake
from gatewatch.store.schema import parquet
from gatewatch.store.understandings import KEPT, kept, understanding_files

if TYPE_CHECKING:
    import duckdb

__all__ = ["Change", "Comparison", "compare", "two_of"]

# How sure something is changes with every hint; what it is taken for is what counts.
_LEFT_OUT = frozenset({"response", "confidence"})


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one field that became another one."""

    field: str
    before: str | None
    after: str | None
    responses: int
    services: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two catalogues on one snapshot."""

    before: str
    after: str
    snapshot: str
    changes: tuple[Change, ...]
    """The most services first."""
    services: int
    """Of the snapshot, as far as both have read its responses."""
    changed: int
    """Services of which anything is understood otherwise."""
    unread: int
    """Responses that only one of the two has read."""


def two_of(lake: Lake, before: str | None, after: str | None) -> tuple[str, str]:
    """The catalogues to compare: by default the last one before the lake's own, and that one.

    Raises BadArguments for one that is not kept, or when there is none before.
    """
    names = kept(lake)
    later = after or lake.manifest.catalogue
    earlier = before or next((name for name in names if name != later), None)
    for name in (earlier, later):
        if name is None:
            raise BadArguments(
                where=lake.path,
                what="has been understood with one catalogue only",
                mend="change the catalogue and ask again",
            )
        if name not in names:
            raise BadArguments(
                where=lake.path,
                what=f'keeps no understanding with catalogue "{name}"',
                mend=f"the last {KEPT} are kept: {', '.join(names)}",
            )
    assert earlier is not None
    return earlier, later


def compare(lake: Lake, before: str, after: str, snapshot: str) -> Comparison:
    """What differs between the catalogues `before` and `after`, both kept; raises LakeCorrupt."""
    sides = understanding_files(lake, before), understanding_files(lake, after)
    both = sorted(sides[0].keys() & sides[1].keys())
    with lake.reading([snapshot]) as con:
        responses = con.execute("SELECT count(*) FROM responses").fetchall()[0][0]
        if not both:
            return Comparison(before, after, snapshot, (), 0, 0, responses)
        for name, files in zip(("earlier", "later"), sides, strict=True):
            rows = parquet([files[one] for one in both])
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM {rows}")
        names = _pair(con)
        differs = [f"a{place} IS DISTINCT FROM b{place}" for place in range(len(names))]
        changes = [
            Change(name, *row)
            for place, name in enumerate(names)
            for row in con.execute(
                f"SELECT a{place}, b{place}, count(*), sum(n)::BIGINT FROM pairs "
                f"WHERE {differs[place]} GROUP BY ALL"
            ).fetchall()
        ]
        read, services, changed = con.execute(
            "SELECT count(*), coalesce(sum(n), 0)::BIGINT, coalesce(sum(n) FILTER "
            f"({' OR '.join(differs)}), 0)::BIGINT FROM pairs"
        ).fetchall()[0]
    changes.sort(key=lambda one: (-one.services, -one.responses, one.field, str(one)))
    return Comparison(before, after, snapshot, tuple(changes), services, changed, responses - read)


def _pair(con: "duckdb.DuckDBPyConnection") -> list[str]:
    """Makes `pairs`: a row a response, its services `n`, and of each field returned the values
    `a0`, `b0`, ... before and after."""
    columns = _columns(con)
    values = ", ".join(
        f'a."{one}"::VARCHAR AS a{place}, b."{one}"::VARCHAR AS b{place}'
        for place, one in enumerate(columns)
    )
    con.execute(
        f"CREATE TEMP TABLE pairs AS SELECT response, coalesce(n, 0) AS n, {values} "
        "FROM earlier a JOIN later b USING (response) "
        "LEFT JOIN (SELECT response, n FROM totals) USING (response)"
    )
    return list(columns.values())


def _columns(con: "duckdb.DuckDBPyConnection") -> dict[str, str]:
    """Column to field, of those that both sides have."""
    sides = [
        {row[0] for row in con.execute(f"DESCRIBE {name}").fetchall()}
        for name in ("earlier", "later")
    ]
    return {
        entry.column: entry.name
        for entry in FIELDS.values()
        if entry.home is Home.RESPONSE
        and entry.name not in _LEFT_OUT
        and entry.column in sides[0] & sides[1]
    }
