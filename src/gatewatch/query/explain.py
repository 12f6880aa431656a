"""What a query means, said in full; and why it finds nothing, clause by clause.

Cost is bounded: `why_nothing` and `nearest` count at most `MOST_COUNTS` times each, `leaves` names
at most `MOST_LEAVES` conditions.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice
from typing import TYPE_CHECKING, NamedTuple

from gatewatch.model.address import Network, parse_network
from gatewatch.model.fields import Kind
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

__all__ = ["MOST_COUNTS", "MOST_LEAVES", "Alone", "advice", "leaves", "nearest", "why_nothing"]

MOST_COUNTS = 8
MOST_LEAVES = 64
_MOST_ALONE = 6
_ONE_VALUE = frozenset({":", "="})
# The last word or number of a text or version, with what stands before it.
_LAST_PART = re.compile(r"[^0-9A-Za-z]*[0-9A-Za-z]+[^0-9A-Za-z]*$")


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


def nearest(con: "duckdb.DuckDBPyConnection", node: Node) -> Alone | None:
    """The query closest to `node`, which finds nothing, that finds something; None: none was found.

    First one value is widened (a network, a version, a text by its last part), then one clause is
    left out, the one without which least is found. Eight counts at most.
    """
    clauses = conjuncts(node)[:_MOST_ALONE]
    left = MOST_COUNTS - (len(clauses) if len(clauses) > 1 else 0)
    for wider in islice(_wider_queries(clauses), left):
        if services := count_services(con, wider):
            return Alone(printed(wider), services)
    fewer = [all_of(clauses[:at] + clauses[at + 1 :]) for at in range(len(clauses))]
    counted = [(count_services(con, one), at) for at, one in enumerate(fewer)] if fewer[1:] else []
    found = min(((services, at) for services, at in counted if services), default=None)
    return None if found is None else Alone(printed(fewer[found[1]]), found[0])


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


def _wider_queries(clauses: tuple[Node, ...]) -> Iterator[Node]:
    """The query with one clause widened by one step, each in turn, then by two, and so on."""
    steps = [(at, _wider(one)) for at, one in enumerate(clauses) if isinstance(one, Condition)]
    while steps:
        going = []
        for at, wider in steps:
            if (step := next(wider, None)) is not None:
                yield all_of((*clauses[:at], step, *clauses[at + 1 :]))
                going.append((at, wider))
        steps = going


def _wider(clause: Condition) -> Iterator[Condition]:
    """What `clause` says with less and less precision."""
    if clause.symbol not in _ONE_VALUE:
        return
    if isinstance(clause.value, Network):
        bits, lengths = (
            (128, (64, 48, 32)) if clause.value.first.high is not None else (32, (24, 16))
        )
        size = clause.value.last.number - clause.value.first.number + 1
        for length in lengths:
            if size < 1 << (bits - length):
                network = parse_network(f"{clause.value.first}/{length}")
                yield replace(clause, symbol=":", value=network)
    elif isinstance(clause.value, str) and clause.field.kind in (Kind.TEXT, Kind.VERSION):
        text = clause.value
        while (shorter := _LAST_PART.sub("", text)) != text and shorter:
            text = shorter
            yield replace(clause, symbol=":", value=text)


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
