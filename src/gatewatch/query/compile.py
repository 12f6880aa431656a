"""Tree to SQL: a condition over the lake's views, with every value bound.

A field of the response is looked up once per distinct response, in `understanding`, and the name
of a network once per network, in `as_names`; the rows or the cube of counts are then joined by
one integer. Nothing that a user wrote becomes part of the SQL text.
"""

from collections.abc import Callable, Iterable, Sequence

from gatewatch.model.fields import Field, Home, Kind
from gatewatch.query.nodes import (
    And,
    Condition,
    Everything,
    Node,
    Not,
    Or,
    all_of,
    any_of,
    conditions,
    form_of,
)
from gatewatch.query.operators import Sql, operator_for

__all__ = ["AS_NAMES", "UNDERSTANDING", "column_of", "counted_from", "key_of", "table_of", "where"]

UNDERSTANDING, AS_NAMES = "understanding", "as_names"
# How rows and cube name what is looked up in these tables.
_KEYS = {UNDERSTANDING: "response", AS_NAMES: "asn"}
# Each response is in `understanding`, so "not" may be asked there; not every network has a name.
_COMPLETE = frozenset({UNDERSTANDING})

# A response's id as users see it (model.response.shown_id).
_RESPONSE_ID = "lower(lpad(hex(response), 16, '0'))"


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
    if entry.name == "response":
        return _RESPONSE_ID
    if entry.name == "as.name":
        return "name"
    # An address has two columns, `ip` and `ip_high`; the operators name both.
    return entry.column if entry.kind is Kind.IP else f'"{entry.column}"'


def counted_from(node: Node, fields: Iterable[Field] = ()) -> tuple[str, str]:
    """The smallest view that can count `node` by `fields`, and SQL for the services of its rows.

    `totals` has a row for each response, `cube` one for each response, network and port.
    """
    asked = [*(one.field for one in conditions(node)), *fields]
    if any(entry.home is Home.ROW for entry in asked):
        return "services", "count(*)"
    if all(table_of(entry) == UNDERSTANDING for entry in asked):
        return "totals", "sum(n)"
    return "cube", "sum(n)"


def where(node: Node) -> Sql:
    """A condition over the view of `counted_from(node)` or a larger one; never NULL in "not".

    Conditions that choose snapshots must have been taken out (`scope`).
    """
    return _compiled(node, None)


def _compiled(node: Node, table: str | None) -> Sql:
    """`table`: the table inside which the condition will stand."""
    if isinstance(node, Everything):
        return Sql("true")
    looked_up = _only_table(node)
    if table is None and looked_up is not None:
        inner = _compiled(node, looked_up)
        key = _KEYS[looked_up]
        return Sql(f"{key} IN (SELECT {key} FROM {looked_up} WHERE {inner.text})", inner.values)
    if isinstance(node, Condition):
        return _condition(node)
    if isinstance(node, Not):
        # NULL (the field is missing) counts as false, so "not" finds services without the field.
        inner = _compiled(node.part, table)
        return Sql(f"NOT coalesce({inner.text}, false)", inner.values)
    joint = all_of if isinstance(node, And) else any_of
    parts = _by_table(node.parts, joint) if table is None else node.parts
    word = " AND " if isinstance(node, And) else " OR "
    return _joined(word, (_compiled(part, table) for part in parts))


def _condition(node: Condition) -> Sql:
    entry = node.field
    operator = operator_for(node.symbol, form_of(node.value), entry.kind)
    assert operator is not None, node
    return operator.sql(entry, column_of(entry), node.value)


def _joined(word: str, parts: Iterable[Sql]) -> Sql:
    texts, values = zip(*parts, strict=True)
    return Sql(f"({word.join(texts)})", tuple(one for some in values for one in some))


def _by_table(parts: Sequence[Node], joint: Callable[[Iterable[Node]], Node]) -> list[Node]:
    """`parts` with those that are looked up in one table made one, so it is read once."""
    groups: dict[object, list[Node]] = {}
    for place, part in enumerate(parts):
        groups.setdefault(_only_table(part) or place, []).append(part)
    return [joint(group) for group in groups.values()]


def _only_table(node: Node) -> str | None:
    """The table that answers `node` alone; None when there is none."""
    tables = {table_of(one.field) for one in conditions(node)}
    table = tables.pop() if len(tables) == 1 else None
    return table if table in _COMPLETE or not _has_not(node) else None


def _has_not(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(map(_has_not, node.parts))
    return isinstance(node, Not)
