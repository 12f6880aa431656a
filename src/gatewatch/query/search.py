"""Services behind a query: counted and listed.

Counting reads the cube of counts unless the query speaks of addresses or times. Listing streams:
memory stays bounded however many services there are, unless they are to be sorted by a field.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gatewatch.model.address import Address, Network, parse_address
from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS, Field, Kind
from gatewatch.model.table import Value
from gatewatch.query.compile import column_of, counted_from, key_of, table_of, where
from gatewatch.query.cursor import Position, after
from gatewatch.query.nodes import Condition, Node, conditions, conjuncts
from gatewatch.query.sql import ALL, Sql

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Page",
    "addresses",
    "count_hosts",
    "count_services",
    "prove_patterns",
    "services",
]

_BATCH = 2048
_V4, _V6 = "ip_high IS NULL", "ip_high IS NOT NULL"
_BY_ADDRESS = "ip_high NULLS FIRST, ip, port, snapshot"
# One family after the other: DuckDB then skips whole row groups by their smallest address, and a
# first page of 20 million services costs what its rows cost.
_FAMILIES = {
    False: (
        (_V4, "ip, port, snapshot"),
        (_V6, "ip_high, ip, port, snapshot"),
    ),
    True: (
        (_V6, "ip_high DESC, ip DESC, port DESC, snapshot DESC"),
        (_V4, "ip DESC, port DESC, snapshot DESC"),
    ),
}


def prove_patterns(con: "duckdb.DuckDBPyConnection", node: Node) -> None:
    """Has RE2 compile each pattern of `node`; BadQuery when it does not."""
    import duckdb

    for condition in conditions(node):
        if condition.symbol in ("=~", "!~"):
            try:
                con.execute("SELECT regexp_matches('', ?)", [condition.value])
            except duckdb.InvalidInputException as error:
                what = f"pattern error: {str(error).splitlines()[0]}"
                mend = "see github.com/google/re2/wiki/Syntax"
                raise BadQuery(column=condition.column, what=what, mend=mend) from None


def count_services(con: "duckdb.DuckDBPyConnection", node: Node) -> int:
    """How many services satisfy `node`, in the snapshots of `con`."""
    condition = where(node)
    source, count = counted_from(node)
    sql = f"SELECT coalesce({count}, 0)::BIGINT FROM {source} WHERE {condition.text}"
    return int(con.execute(sql, condition.values).fetchall()[0][0])


def count_hosts(con: "duckdb.DuckDBPyConnection", node: Node) -> int:
    """How many addresses have such a service; an address in two snapshots counts once."""
    condition = where(node)
    sql = f"SELECT count(*) FROM (SELECT DISTINCT ip_high, ip FROM services WHERE {condition.text})"
    return int(con.execute(sql, condition.values).fetchall()[0][0])


def addresses(con: "duckdb.DuckDBPyConnection", node: Node) -> Iterator[Address]:
    """Every address with such a service, once: IPv4 first, each family in rising order."""
    condition = where(node)
    # Both halves of IPv6 are signed; as numbers, those with the highest bit set come last.
    sql = (
        f"SELECT DISTINCT ip_high, ip FROM services WHERE {condition.text} "
        "ORDER BY ip_high IS NOT NULL, ip_high < 0, ip_high, ip < 0, ip"
    )
    found = con.execute(sql, condition.values)
    while rows := found.fetchmany(_BATCH):
        yield from map(Address._make, rows)


def services(
    con: "duckdb.DuckDBPyConnection",
    node: Node,
    fields: Sequence[Field],
    *,
    limit: int | None = None,
    sort: Field | None = None,
    descending: bool = False,
    start: Position | None = None,
) -> Iterator[tuple[Value, ...]]:
    """The values of `fields`, no field twice, for each service that satisfies `node`.

    In order of address, or of `sort` with missing values last, and then of address; those after
    `start`. Without `limit`, `sort` and `start` they come as they are read, which is by snapshot,
    then by address.
    """
    if sort is not None and sort.kind is not Kind.IP:
        way = "DESC" if descending else "ASC"
        order = f"{_sorted_by(sort)} {way} NULLS LAST, {_BY_ADDRESS}"
        beyond = _beyond(start, sort, descending=descending)
        yield from _selected(con, node, fields, beyond, sort=sort, order=order, limit=limit)
    elif limit is None and sort is None and start is None:
        yield from _selected(con, node, fields)
    else:
        beyond = _beyond(start, None, descending=descending)
        impossible = _not_asked(node)
        for family, order in _FAMILIES[descending]:
            if family in impossible:
                continue
            within = Sql(f"{family} AND {beyond.text}", beyond.values)
            for row in _selected(con, node, fields, within, order=order, limit=limit):
                limit = None if limit is None else limit - 1
                yield row


def _not_asked(node: Node) -> set[str]:
    """The families in which there is nothing, since an address of the other one is asked for."""
    return {
        _V6 if one.value.first.high is None else _V4
        for one in conjuncts(node)
        if isinstance(one, Condition) and isinstance(one.value, Network) and one.symbol != "!="
    }


class Page:
    """Rows of a page, and once they are through, the place of the last one."""

    def __init__(
        self,
        con: "duckdb.DuckDBPyConnection",
        node: Node,
        fields: Sequence[Field],
        *,
        limit: int | None = None,
        sort: Field | None = None,
        descending: bool = False,
        start: Position | None = None,
    ) -> None:
        self.last: Position | None = None
        """None: no row came."""
        self.count = 0
        self._wanted = len(fields)
        self._sort = None if sort is None or sort.kind is Kind.IP else sort
        placed = (FIELDS["ip"], FIELDS["port"], FIELDS["snapshot"])
        every = [*fields, *placed, *([self._sort] if self._sort else [])]
        self._read = list(dict.fromkeys(every))
        self._rows = services(
            con, node, self._read, limit=limit, sort=sort, descending=descending, start=start
        )

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        row: tuple[Value, ...] | None = None
        for row in self._rows:
            self.count += 1
            yield row[: self._wanted]
        if row is not None:
            said = dict(zip((entry.name for entry in self._read), row, strict=True))
            value = said[self._sort.name] if self._sort else None
            assert value is None or isinstance(value, str | int), self._sort
            ip = parse_address(str(said["ip"]))
            self.last = Position(value, ip, int(str(said["port"])), str(said["snapshot"]))


def _sorted_by(entry: Field) -> str:
    """What is sorted by: times to the second, as they are shown."""
    column = column_of(entry)
    return f"date_trunc('second', {column})" if entry.kind is Kind.TIME else column


def _beyond(start: Position | None, sort: Field | None, *, descending: bool) -> Sql:
    """SQL for what comes after `start` in the order of `sort`, else of addresses."""
    if start is None:
        return ALL
    if sort is None:
        return after(start, descending=descending)
    column, tied = _sorted_by(sort), after(start, descending=False)
    if start.value is None:
        return Sql(f"({column} IS NULL AND {tied.text})", tied.values)
    mark = "?::TIMESTAMP" if sort.kind is Kind.TIME else "?"
    sign = "<" if descending else ">"
    text = f"({column} {sign} {mark} OR ({column} = {mark} AND {tied.text}) OR {column} IS NULL)"
    return Sql(text, (start.value, start.value, *tied.values))


def _selected(
    con: "duckdb.DuckDBPyConnection",
    node: Node,
    fields: Sequence[Field],
    within: Sql = ALL,
    *,
    sort: Field | None = None,
    order: str = "",
    limit: int | None = None,
) -> Iterator[tuple[Value, ...]]:
    condition = where(node)
    sorting = [] if sort is None else [sort]
    outer = f"ORDER BY {order}" if order else ""
    # What is shown of a page is looked up after its rows are chosen.
    inner = "" if limit is None else f"{outer} LIMIT {limit}"
    sql = (
        f"SELECT {', '.join(map(_shown, fields))} FROM (SELECT services.* FROM services "
        f"{_joins(sorting)} WHERE {within.text} AND {condition.text} {inner}) AS services "
        f"{_joins([*fields, *sorting])} {outer}"
    )
    found = con.execute(sql, (*within.values, *condition.values))
    address_at = next((at for at, entry in enumerate(fields) if entry.kind is Kind.IP), None)
    while rows := found.fetchmany(_BATCH):
        for row in rows:
            yield row if address_at is None else _with_address(row, address_at)


def _joins(fields: Sequence[Field]) -> str:
    tables = dict.fromkeys(filter(None, map(table_of, fields)))
    return " ".join(f"LEFT JOIN {table} USING ({key_of(table)})" for table in tables)


def _shown(entry: Field) -> str:
    if entry.kind is Kind.IP:
        return "ip_high, ip"
    if entry.kind is Kind.TIME:
        return f"strftime({column_of(entry)}, '%Y-%m-%dT%H:%M:%SZ')"
    return column_of(entry)


def _with_address(row: tuple[Any, ...], at: int) -> tuple[Value, ...]:
    return (*row[:at], str(Address(row[at], row[at + 1])), *row[at + 2 :])
