"""Queries as trees: what the parser makes, the compiler reads and `printed` writes again.

Trees are built through `all_of` and `any_of`, which keep them flat, so that two spellings of
one query are one tree and `parse(printed(tree)).node == tree`.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum

from gatewatch.model.address import Network
from gatewatch.model.fields import Field
from gatewatch.query.networks import NetworkSet

__all__ = [
    "EVERYTHING",
    "PRESENT",
    "AddressList",
    "And",
    "Condition",
    "Everything",
    "Form",
    "Host",
    "Node",
    "Not",
    "Or",
    "Pattern",
    "Period",
    "Present",
    "Range",
    "Scalar",
    "Value",
    "Wild",
    "all_of",
    "any_of",
    "conditions",
    "conjuncts",
    "form_of",
    "negated",
    "on_host",
]


class Wild(Enum):
    """A wildcard within a pattern."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time as its writer named it: `2026-11` is a month, `now-7d` a moment.

    Two of one name are the same, whatever the clock said when they were read.
    """

    text: str
    first: int = dataclasses.field(compare=False)
    """Microseconds since 1970 UTC."""
    last: int = dataclasses.field(compare=False)
    """Its last microsecond."""


@dataclass(frozen=True, slots=True)
class AddressList:
    """The addresses of a file, by its name."""

    name: str
    networks: NetworkSet = dataclasses.field(compare=False, repr=False)
    """At least one."""


Scalar = str | int | Network | Period | AddressList
"""Text, number, truth value (a bool), address range or time, by the kind of the field."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text with wildcards; never only `*`, which is `PRESENT`."""

    pieces: tuple[str | Wild, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; None is an open end, of which there is one at most."""

    low: Scalar | None
    high: Scalar | None


@dataclass(frozen=True, slots=True)
class Present:
    """Any value at all."""


PRESENT = Present()

Value = Scalar | Pattern | Range | Present


class Form(StrEnum):
    """The forms of a value, as the reference writes them."""

    SCALAR = "value"
    PATTERN = "va*e"
    RANGE = "[a TO b]"
    PRESENT = "*"


def form_of(value: Value) -> Form:
    """The form of `value`."""
    if isinstance(value, Pattern):
        return Form.PATTERN
    if isinstance(value, Range):
        return Form.RANGE
    return Form.PRESENT if isinstance(value, Present) else Form.SCALAR


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition."""


EVERYTHING = Everything()


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` compared with `value` by the operator `symbol`."""

    field: Field
    symbol: str
    value: Value
    column: int = dataclasses.field(default=1, compare=False)
    """Where it begins in the text, 1-based, for messages."""


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever does not satisfy `part`, services without the field included."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Host:
    """Some service of the same host in the same snapshot satisfies `part`."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts, none of them an And or Everything."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two parts, none of them an Or or Everything."""

    parts: tuple["Node", ...]


Node = Everything | Condition | Not | Host | And | Or


def negated(part: Node) -> Node:
    """Whatever does not satisfy `part`; a second "not" takes the first one back."""
    return part.part if isinstance(part, Not) else Not(part)


def all_of(parts: Iterable[Node]) -> Node:
    """What satisfies all `parts`; of none of them, everything."""
    flat = [one for part in parts for one in conjuncts(part)]
    if len(flat) > 1:
        return And(tuple(flat))
    return flat[0] if flat else EVERYTHING


def any_of(parts: Iterable[Node]) -> Node:
    """What satisfies one of `parts`, of which there is at least one."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    if EVERYTHING in flat:
        return EVERYTHING
    return Or(tuple(flat)) if len(flat) > 1 else flat[0]


def on_host(part: Node) -> Node:
    """Some service of the host satisfies `part`; asked of a host, a host answers for itself."""
    return part if isinstance(part, Host | Everything) else Host(part)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold: the top-level clauses of a query; none for everything."""
    if isinstance(node, And):
        return node.parts
    return () if isinstance(node, Everything) else (node,)


def conditions(node: Node) -> Iterator[Condition]:
    """Every condition in `node`, those within `Host` too, in the order written."""
    if isinstance(node, Condition):
        yield node
    elif isinstance(node, Not | Host):
        yield from conditions(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from conditions(part)
