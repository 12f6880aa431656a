"""What a query means, said in full; and why it finds nothing, clause by clause.

Cost is bounded: `why_nothing` counts at most `MOST_COUNTS` times, `leaves` names at most
`MOST_LEAVES` conditions.
"""

from collections.abc import Iterator
from itertools import combinations, islice
from typing import TYPE_CHECKING, NamedTuple

from gatewatch.query.nodes import (
    And,
    Condition,
    Everything,
    Host,
    Node,
    Not,
    Or,
    Present,
    all_of,
    conjuncts,
    on_host,
)
from gatewatch.query.printing import printed
from gatewatch.query.search import count_services

if TYPE_CHECKING:
    import duckdb

__all__ = ["MOST_COUNTS", "MOST_LEAVES", "Alone", "advice", "leaves", "why_nothing"]

MOST_COUNTS = 8
MOST_LEAVES = 64
_MOST_ALONE = 6
_ONE_VALUE = frozenset({":", "="})


class Alone(NamedTuple):
    """What one clause of a query, or two together, find by themselves."""

    clause: str
    services: int


def leaves(node: Node) -> list[Node]:
    """The conditions of a query, each once, in the order written; `host(...)` is one."""
    return list(islice(dict.fromkeys(_leaves(node)), MOST_LEAVES))


def why_nothing(con: "duckdb.DuckDBPyConnection", node: Node) -> list[Alone]:
    """Top-level clauses and what each finds alone; then the first pair that finds nothing.

    Eight counts at most. Nothing when the query has one clause.
    """
    clauses = conjuncts(node)
    if len(clauses) < 2:
        return []
    told = [Alone(printed(one), count_services(con, one)) for one in clauses[:_MOST_ALONE]]
    if any(not one.services for one in told):
        return told
    pairs = combinations(clauses[:_MOST_ALONE], 2) if len(clauses) > 2 else ()
    for pair in islice(pairs, MOST_COUNTS - len(told)):
        both = all_of(pair)
        if not count_services(con, both):
            return [*told, Alone(printed(both), 0)]
    return told


def advice(node: Node) -> Iterator[str]:
    """What the writer of the query may not know of its meaning."""
    if isinstance(node, Host):
        yield (
            f"host(...) lists all services of those hosts; {printed(node.part)} lists the services "
            "themselves"
        )
    if negated := next(_negated(node), None):
        name = negated.field.name
        yield (
            f"not {printed(negated)} also finds services without {name}; {name}!=... finds only "
            "those that have one"
        )
    asked: dict[tuple[str, bool], Condition] = {}
    for clause in conjuncts(node):
        if isinstance(clause, Condition) and _is_one_value(clause):
            first = asked.setdefault((clause.field.name, True), clause)
            if first.value != clause.value:
                both = all_of([on_host(first), on_host(clause)])
                yield f"no service has two values of {clause.field.name}; write {printed(both)}"


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _leaves(part)
    elif isinstance(node, Not):
        yield from _leaves(node.part)
    elif not isinstance(node, Everything):
        yield node


def _negated(node: Node) -> Iterator[Condition]:
    """Conditions right below a "not" that services without the field satisfy, too."""
    if isinstance(node, Not):
        inner = node.part
        if isinstance(inner, Condition) and not isinstance(inner.value, Present):
            if inner.field.name not in ("ip", "port", "scan_time"):
                yield inner
        else:
            yield from _negated(inner)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _negated(part)


def _is_one_value(clause: Condition) -> bool:
    simple = isinstance(clause.value, str | int) and not clause.field.many
    text = clause.symbol == ":" and clause.field.kind in ("text", "version")
    return clause.symbol in _ONE_VALUE and simple and not text
