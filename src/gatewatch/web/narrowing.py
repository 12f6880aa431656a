"""Links that narrow, exclude and widen: the query of a page with one clause more or less.

Every value on a page is such a link, so one rule makes them all: the query as it was written, in
canonical form, and a clause beside the others. A clause takes the place of its own opposite.
"""

from dataclasses import dataclass
from functools import cached_property

from gatewatch.model.address import parse_address, parse_network
from gatewatch.model.fields import FIELDS, Field, Kind
from gatewatch.model.table import Value
from gatewatch.query.nodes import PRESENT, Condition, Node, Not, all_of, conjuncts, negated
from gatewatch.query.printing import printed
from gatewatch.report.groupings import by_field
from gatewatch.web.state import State, url

__all__ = ["LONGEST_QUERY", "LONGEST_VALUE", "Clause", "Link", "Narrowing", "list_url", "page_of"]

LONGEST_VALUE = 200
"""Of a longer value there is no link: a device may say more than an address of a page can hold."""
LONGEST_QUERY = 150
"""A longer query is not repeated in each link of a page, which would grow without bound: there the
values are buttons of one form that holds it."""
SEARCH = "/search"


@dataclass(frozen=True, slots=True)
class Link:
    """A value and where it leads."""

    value: Value
    url: str = ""
    """The page of what has this value; empty: too much for a link."""
    clause: str = ""
    """What says so in a query; empty: too much for that."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A top-level clause of the query, and the page without it."""

    text: str
    without: str


@dataclass(frozen=True)
class Narrowing:
    """What the links of one page start from."""

    state: State
    node: Node
    """The query as written, without the snapshot that the page's selector chose."""

    @cached_property
    def query(self) -> str:
        """The canonical query."""
        return printed(self.node)

    def clauses(self) -> list[Clause]:
        """The clauses of the query, each of which can be taken away."""
        parts = conjuncts(self.node)
        return [
            Clause(printed(one), self.url(all_of([*parts[:at], *parts[at + 1 :]])))
            for at, one in enumerate(parts)
        ]

    def link(self, name: str, value: Value) -> Link:
        """The services with this value of a field; None: those that lack it."""
        condition = _condition(FIELDS[name], value)
        if condition is None:
            return Link(value)
        url = self.url(self.joined(condition)) if len(self.query) <= LONGEST_QUERY else ""
        return Link(value, url, printed(condition))

    def joined(self, condition: Node) -> Node:
        """The query with one clause more, in place of the same or its opposite."""
        replaced = (condition, negated(condition))
        return all_of([*(one for one in conjuncts(self.node) if one not in replaced), condition])

    def url(self, node: Node) -> str:
        """The search for another query, in the same snapshot and order."""
        return self.state.having(SEARCH, q=printed(node))


def _condition(entry: Field, value: Value) -> Node | None:
    """What finds exactly this value; None where it is too long for a link."""
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return None
    if value is None:
        return Not(Condition(entry, ":", PRESENT))
    if entry.kind is Kind.IP:
        return by_field(entry).condition([tuple(parse_address(str(value)))])
    return by_field(entry).condition([value])


def list_url(query: str | None) -> str:
    """The search for what a part of a report counts; empty: its query is too long for a link."""
    return "" if query is None or len(query) > 4 * LONGEST_VALUE else url(SEARCH, [("q", query)])


def page_of(text: str) -> str | None:
    """The page of an address or network that was typed instead of a query; None: it is a query."""
    word = text.strip()
    if not word or len(word) > 64:
        return None
    digits = word[2:] if word[:2].upper() == "AS" else ""
    if digits.isascii() and digits.isdigit() and len(digits) <= 10:
        return f"/as/{int(digits)}"
    try:
        network = parse_network(word)
    except ValueError:
        return None
    if network.first == network.last:
        return f"/host/{network.first}"
    # A range from address to address has no page of its own.
    length = word.partition("/")[2].strip()
    return f"/net/{network.first}/{length}" if length else None
