"""What came, what went and what changed between two snapshots, service by service.

Both snapshots are walked in the order of addresses, family after family, some hundred thousand
services at a time, so memory stays the same however large they are. A service is an address with
a port. It is new when the earlier snapshot did not see it at all, gone when the later did not,
changed when both saw it and its answer, after masking, is another. With a query those count that
satisfy it in either snapshot.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from gatewatch.model.address import Address
from gatewatch.model.fields import FIELDS, Field, Home
from gatewatch.model.table import Value
from gatewatch.query.compile import UNDERSTANDING, column_of, key_of, where
from gatewatch.query.nodes import Node
from gatewatch.report.groupings import Grouping

if TYPE_CHECKING:
    import duckdb

__all__ = ["Change", "Fate", "Flow", "Summary", "changes", "flows", "summary"]

_PART = 400_000
"""Services of both snapshots that are held against each other at a time."""
# What is computed from other fields changes with them.
_COMPARED = tuple(
    entry
    for entry in FIELDS.values()
    if entry.home is Home.RESPONSE and not entry.computed and entry.name != "confidence"
)
_IPV4, _IPV6 = "ip_high IS NULL", "ip_high IS NOT NULL"
_BUCKETS = {_IPV4: "ip >> 16", _IPV6: "ip_high >> 32"}


class Fate(StrEnum):
    """What became of a service."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One service that is not as it was."""

    fate: Fate
    ip: Address
    port: int
    fields: dict[str, tuple[Value, Value]]
    """What its answer says otherwise: by field, before and after. Empty unless it changed."""


@dataclass(slots=True)
class Summary:
    """How many services met which fate."""

    fates: Counter[Fate] = field(default_factory=Counter)
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    """Changed services, by each field that changed."""


class Flow(NamedTuple):
    """What became of the services with one value."""

    value: Value
    before: int
    gone: int
    left: int
    """Seen still, with another value."""
    joined: int
    """Seen before, with another value."""
    new: int
    after: int


class _Part(NamedTuple):
    """A stretch of addresses of one family, as SQL."""

    family: str
    low: int
    high: int

    @property
    def sql(self) -> str:
        return f"{self.family} AND {_BUCKETS[self.family]} BETWEEN {self.low} AND {self.high}"


def changes(
    con: "duckdb.DuckDBPyConnection", before: str, after: str, node: Node
) -> Iterator[Change]:
    """Every service of two snapshots, which `con` reads, that is not as it was; by address."""
    names = [entry.name for entry in _COMPARED]
    columns = [column_of(entry) for entry in _COMPARED]
    told = ", ".join(f"{side}.{one}" for one in columns for side in ("ua", "ub"))
    key = key_of(UNDERSTANDING)
    for part in _parts(con, before, after):
        joined, values = _joined(part, before, after, node)
        rows = con.execute(
            f"SELECT fate, ip_high, ip, port, {told} FROM ({joined}) AS joined "
            f"LEFT JOIN {UNDERSTANDING} AS ua ON fate = 'changed' AND ua.{key} = joined.was "
            f"LEFT JOIN {UNDERSTANDING} AS ub ON fate = 'changed' AND ub.{key} = joined.is_now "
            "WHERE fate <> 'same' ORDER BY ip_high, ip, port",
            values,
        )
        while batch := rows.fetchmany(2048):
            for fate, high, low, port, *said in batch:
                pairs = zip(names, said[::2], said[1::2], strict=True)
                differ = {name: (was, now) for name, was, now in pairs if was != now}
                yield Change(Fate(fate), Address(high, low), port, differ)


def summary(con: "duckdb.DuckDBPyConnection", before: str, after: str, node: Node) -> Summary:
    """How many services of two snapshots, which `con` reads, met which fate."""
    found = Summary()
    pairs: Counter[tuple[int, int]] = Counter()
    for part in _parts(con, before, after):
        joined, values = _joined(part, before, after, node)
        rows = con.execute(
            "SELECT fate, CASE WHEN fate = 'changed' THEN was END AS was, "
            "CASE WHEN fate = 'changed' THEN is_now END AS is_now, count(*) "
            f"FROM ({joined}) GROUP BY ALL",
            values,
        ).fetchall()
        for fate, was, is_now, n in rows:
            if fate == "same":
                found.same += n
            else:
                found.fates[Fate(fate)] += n
            if was is not None:
                pairs[was, is_now] += n
    found.fields = _fields_of(con, pairs)
    return found


def flows(
    con: "duckdb.DuckDBPyConnection", before: str, after: str, node: Node, grouping: Grouping
) -> list[Flow]:
    """What became of the services with each value of `grouping`; who moved most comes first.

    A service that is counted under several values joins and leaves each of them by itself.
    """
    counted: dict[tuple[Any, ...], list[int]] = {}
    for part in _parts(con, before, after):
        sql, values = _valued(part, before, after, node, grouping)
        for *named, a, gone, left, joined, new, b in con.execute(sql, values).fetchall():
            sums = counted.setdefault(tuple(named), [0] * 6)
            for place, n in enumerate((a, gone, left, joined, new, b)):
                sums[place] += n
    found = [Flow(grouping.label(values), *sums) for values, sums in counted.items()]
    return sorted(found, key=lambda one: (-sum(one[2:6]), str(one.value)))


def _parts(con: "duckdb.DuckDBPyConnection", before: str, after: str) -> Iterator[_Part]:
    """Stretches of addresses, in order, none with many more than `_PART` services."""
    for family, bucket in _BUCKETS.items():
        found = con.execute(
            f"SELECT {bucket} AS bucket, count(*) FROM services "
            f"WHERE snapshot IN (?, ?) AND {family} GROUP BY bucket ORDER BY bucket",
            [before, after],
        ).fetchall()
        first, size = None, 0
        for place, (at, n) in enumerate(found):
            first = at if first is None else first
            size += n
            if size >= _PART or place == len(found) - 1:
                yield _Part(family, first, at)
                first, size = None, 0


def _joined(part: _Part, before: str, after: str, node: Node) -> tuple[str, list[object]]:
    """SQL for every service of a stretch: its fate, address, port and both answers."""
    condition = where(node)
    side = (
        f"SELECT ip_high, ip, port, response, coalesce({condition.text}, false) AS hit "
        f"FROM services WHERE snapshot = ? AND {part.sql}"
    )
    same = "a.ip = b.ip AND a.port = b.port"
    if part.family == _IPV6:
        same = f"a.ip_high = b.ip_high AND {same}"
    sql = f"""
        SELECT coalesce(a.ip_high, b.ip_high) AS ip_high, coalesce(a.ip, b.ip) AS ip,
            coalesce(a.port, b.port) AS port, a.response AS was, b.response AS is_now,
            CASE WHEN a.port IS NULL THEN 'new' WHEN b.port IS NULL THEN 'gone'
                WHEN a.response <> b.response THEN 'changed' ELSE 'same' END AS fate
        FROM ({side}) AS a FULL JOIN ({side}) AS b ON {same}
        WHERE a.hit OR b.hit"""
    return sql, [*condition.values, before, *condition.values, after]


def _valued(
    part: _Part, before: str, after: str, node: Node, grouping: Grouping
) -> tuple[str, list[object]]:
    condition = where(node)
    names = [f"v{place}" for place in range(len(grouping.columns))]
    texts = [f"{column} AS {name}" for column, name in zip(grouping.columns, names, strict=True)]
    join = f"LEFT JOIN {grouping.table} USING ({key_of(grouping.table)})" if grouping.table else ""
    side = (
        f"SELECT ip_high, ip, port, {', '.join(texts)} FROM (SELECT * FROM services "
        f"WHERE snapshot = ? AND {part.sql} AND {condition.text}) {join}"
    )
    seen = f"SELECT ip_high, ip, port FROM services WHERE snapshot = ? AND {part.sql}"
    at = ["ip", "port", *(["ip_high"] if part.family == _IPV6 else [])]
    place = " AND ".join(f"x.{name} = y.{name}" for name in at)
    alike = " AND ".join(f"x.{name} IS NOT DISTINCT FROM y.{name}" for name in names)

    def told(mine: str, yours: str, there: str) -> str:
        return (
            f"SELECT {', '.join(names)}, "
            f"EXISTS (SELECT 1 FROM {there} AS y WHERE {place}) AS seen, "
            f"EXISTS (SELECT 1 FROM {yours} AS y WHERE {place} AND {alike}) AS kept "
            f"FROM {mine} AS x"
        )

    sql = f"""
        WITH a AS MATERIALIZED ({side}), b AS MATERIALIZED ({side}),
        seen_a AS MATERIALIZED ({seen}), seen_b AS MATERIALIZED ({seen}),
        was AS ({told("a", "b", "seen_b")}), is_now AS ({told("b", "a", "seen_a")}),
        sides AS (SELECT *, true AS early FROM was UNION ALL SELECT *, false FROM is_now)
        SELECT {", ".join(names)}, count(*) FILTER (WHERE early),
            count(*) FILTER (WHERE early AND NOT seen),
            count(*) FILTER (WHERE early AND seen AND NOT kept),
            count(*) FILTER (WHERE NOT early AND seen AND NOT kept),
            count(*) FILTER (WHERE NOT early AND NOT seen), count(*) FILTER (WHERE NOT early)
        FROM sides GROUP BY ALL"""
    values = [before, *condition.values, after, *condition.values, before, after]
    return sql, values


def _fields_of(con: "duckdb.DuckDBPyConnection", pairs: Counter[tuple[int, int]]) -> Counter[str]:
    """Changed services by field, from the answers before and after, looked up once each."""
    wanted = sorted({one for pair in pairs for one in pair})
    known = _understood(con, wanted, _COMPARED)
    found: Counter[str] = Counter()
    for (was, is_now), n in pairs.items():
        for entry, a, b in zip(_COMPARED, known[was], known[is_now], strict=True):
            if a != b:
                found[entry.name] += n
    return found


def _understood(
    con: "duckdb.DuckDBPyConnection", wanted: Sequence[int], fields: Sequence[Field]
) -> dict[int, tuple[Any, ...]]:
    key = key_of(UNDERSTANDING)
    columns = ", ".join(map(column_of, fields))
    rows = con.execute(
        f"SELECT {key}, {columns} FROM {UNDERSTANDING} WHERE {key} IN (SELECT unnest(?))", [wanted]
    ).fetchall()
    return {row[0]: row[1:] for row in rows}
