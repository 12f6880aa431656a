"""Tree to SQL: a condition over the lake's views, with every value bound.

A field of the response is looked up once per distinct response, in `understanding`, and the name
of a network once per network, in `as_names`; the rows or the cube of counts are then joined by
one integer. Nothing that a user wrote becomes part of the SQL text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from gatewatch.model.fields import Field, Home, Kind
from gatewatch.query.nodes import (
    And,
    Condition,
    Everything,
    Host,
    Node,
    Not,
    Or,
    all_of,
    any_of,
    conditions,
    form_of,
)
from gatewatch.query.operators import any_of_values, operator_for
from gatewatch.query.sql import Sql, joined
from gatewatch.store.schema import literal

__all__ = ["AS_NAMES", "UNDERSTANDING", "column_of", "counted_from", "key_of", "table_of", "where"]

UNDERSTANDING, AS_NAMES = "understanding", "as_names"
# How rows and cube name what is looked up in these tables.
_KEYS = {UNDERSTANDING: "response", AS_NAMES: "asn"}
# Each response is in `understanding`, so "not" may be asked there; not every network has a name.
_COMPLETE = frozenset({UNDERSTANDING})

# A response's id as users see it (model.response.shown_id).
_RESPONSE_ID = "lower(lpad(hex(response), 16, '0'))"
# Rows whose host is asked about, and the rows of the same host beside them.
_ROWS, _MATES = "services", "mates"
_SAME_HOST = "{a}.ip = {b}.ip AND {a}.ip_high IS NOT DISTINCT FROM {b}.ip_high"
_SAME_SNAPSHOT = "{a}.snapshot = {b}.snapshot AND " + _SAME_HOST
_COMPUTED = {
    "ipv6": "(ip_high IS NOT NULL)",
    "host.services": "(SELECT count(*) FROM services AS others WHERE "
    + _SAME_SNAPSHOT.format(a="others", b="{rows}")
    + ")",
    **{
        name: f"(SELECT {edge}(scan_time) FROM history AS past WHERE "
        + _SAME_HOST.format(a="past", b="{rows}")
        + " AND past.port = {rows}.port)"
        for name, edge in (("first_seen", "min"), ("last_seen", "max"))
    },
    "banner": "concat_ws(chr(10), concat_ws(' ', http_version, status, reason), "
    "array_to_string(header, chr(10)), title, realm, vendor, model, software)",
}


def table_of(entry: Field) -> str | None:
    """The table where the field is looked up; None when rows carry it themselves."""
    if entry.home is Home.RESPONSE or entry.name == "response":
        return UNDERSTANDING
    return AS_NAMES if entry.name == "as.name" else None


def key_of(table: str) -> str:
    """The column that joins rows and cube with a table of `table_of`."""
    return _KEYS[table]


def column_of(entry: Field) -> str:
    """SQL for the field's value, in the table of `table_of` or in rows and cube."""
    return _column(entry, _ROWS)


def _column(entry: Field, rows: str) -> str:
    """`rows` is the name under which the row stands in the SQL around."""
    if entry.computed:
        if entry.name in _COMPUTED:
            return _COMPUTED[entry.name].format(rows=rows)
        return _header(entry.name.removeprefix("header."))
    if entry.name == "response":
        return _RESPONSE_ID
    if entry.name == "as.name":
        return "name"
    # An address has two columns, `ip` and `ip_high`; the operators name both.
    return entry.column if entry.kind is Kind.IP else f'"{entry.column}"'


def _header(name: str) -> str:
    """The first header of that name, which the catalogue has found to be one."""
    begins = f"starts_with(line, {literal(f'{name}: ')})"
    return f"substr(list_filter(header, lambda line: {begins})[1], {len(name) + 3})"


def counted_from(node: Node, fields: Iterable[Field] = ()) -> tuple[str, str]:
    """The smallest view that can count `node` by `fields`, and SQL for the services of its rows.

    `totals` has a row for each response, `cube` one for each response, network and port.
    """
    asked = [*(one.field for one in conditions(node)), *fields]
    if _asks_host(node) or any(entry.home is Home.ROW for entry in asked):
        return "services", "count(*)"
    if all(table_of(entry) == UNDERSTANDING for entry in asked):
        return "totals", "sum(n)"
    return "cube", "sum(n)"


def where(node: Node) -> Sql:
    """A condition over the view of `counted_from(node)` or a larger one; never NULL in "not".

    Conditions that choose snapshots must have been taken out (`scope`).
    """
    return _compiled(node, None, _ROWS)


def _compiled(node: Node, table: str | None, rows: str) -> Sql:
    """`table`: the table inside which the condition will stand; `rows`: see `_column`."""
    if isinstance(node, Everything):
        return Sql("true")
    looked_up = _only_table(node)
    if table is None and looked_up is not None:
        inner = _compiled(node, looked_up, rows)
        key = _KEYS[looked_up]
        return Sql(f"{key} IN (SELECT {key} FROM {looked_up} WHERE {inner.text})", inner.values)
    if isinstance(node, Condition):
        return _condition(node, rows)
    if isinstance(node, Host):
        return _some_service(node.part, rows)
    if isinstance(node, Not):
        # NULL (the field is missing) counts as false, so "not" finds services without the field.
        inner = _compiled(node.part, table, rows)
        return Sql(f"NOT coalesce({inner.text}, false)", inner.values)
    joint = all_of if isinstance(node, And) else any_of
    parts = _by_table(node.parts, joint) if table is None else node.parts
    if isinstance(node, And):
        return joined(" AND ", (_compiled(part, table, rows) for part in parts))
    return joined(" OR ", _alternatives(parts, table, rows))


def _some_service(part: Node, rows: str) -> Sql:
    """Some service of the same host in the same snapshot satisfies `part`."""
    mates = f"{_MATES}{int(rows.removeprefix(_MATES)) + 1 if rows != _ROWS else 1}"
    inner = _compiled(part, None, mates)
    same = _SAME_SNAPSHOT.format(a=mates, b=rows)
    text = f"EXISTS (SELECT 1 FROM services AS {mates} WHERE {same} AND {inner.text})"
    return Sql(text, inner.values)


def _alternatives(parts: Sequence[Node], table: str | None, rows: str) -> Iterator[Sql]:
    """`parts`, with many values of one field looked up together."""
    groups: dict[object, list[Condition]] = {}
    for part in parts:
        if isinstance(part, Condition):
            groups.setdefault((part.field, part.symbol), []).append(part)
        else:
            yield _compiled(part, table, rows)
    for several in groups.values():
        entry = several[0].field
        values = [one.value for one in several]
        # What is looked up elsewhere must have been gathered there before.
        inside = table is not None or table_of(entry) is None
        together = None
        if inside and len(values) > 1:
            column = _column(entry, rows)
            together = any_of_values(entry, several[0].symbol, column, values)
        if together is not None:
            yield together
        else:
            yield from (_compiled(one, table, rows) for one in several)


def _condition(node: Condition, rows: str) -> Sql:
    entry = node.field
    operator = operator_for(node.symbol, form_of(node.value), entry.kind)
    assert operator is not None, node
    return operator.sql(entry, _column(entry, rows), node.value)


def _by_table(parts: Sequence[Node], joint: Callable[[Iterable[Node]], Node]) -> list[Node]:
    """`parts` with those that are looked up in one table made one, so it is read once."""
    groups: dict[object, list[Node]] = {}
    for place, part in enumerate(parts):
        groups.setdefault(_only_table(part) or place, []).append(part)
    return [joint(group) for group in groups.values()]


def _only_table(node: Node) -> str | None:
    """The table that answers `node` alone; None when there is none."""
    if _asks_host(node):
        return None
    tables = {table_of(one.field) for one in conditions(node)}
    table = tables.pop() if len(tables) == 1 else None
    return table if table in _COMPLETE or not _has_not(node) else None


def _asks_host(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_asks_host, node.parts))
    return isinstance(node, Host) or (isinstance(node, Not) and _asks_host(node.part))


def _has_not(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_has_not, node.parts))
    return isinstance(node, Not)
