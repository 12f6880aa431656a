"""Text to tree: the grammar of the query language, and every complaint about a query.

    query     := either | nothing
    either    := all ( "or" all )*
    all       := term ( "and"? term )*            a space means and
    term      := ( "not" | "-" ) term | "(" either ")" | "*" | address | condition
    condition := field operator value
    value     := words | "quoted" | 'quoted' | `quoted` | "*" | wor*s | "[" low "TO" high "]"

"not" binds closest, then "and", then "or". Nothing is accepted without effect: whatever cannot
be read raises BadQuery with the column of the sign and how to mend it. Length and depth are
bounded.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from gatewatch.model.address import Address, Network, parse_network
from gatewatch.model.fields import FIELDS, Field, Kind, field_named, similar_names
from gatewatch.query.lexer import Scanner
from gatewatch.query.nodes import (
    EVERYTHING,
    PRESENT,
    Condition,
    Node,
    Not,
    Pattern,
    Period,
    Range,
    Scalar,
    Value,
    Wild,
    all_of,
    any_of,
    form_of,
)
from gatewatch.query.operators import OPERATORS, SYMBOLS, operator_for
from gatewatch.query.values import host_bits_note, is_one_point, read_scalar, written

__all__ = ["MAX_DEPTH", "Query", "parse"]

MAX_DEPTH = 64

_QUOTES = ('"', "'", "`")
_ADDRESS_BEGINS = re.compile(r"[0-9A-Fa-f]*(?:\[?[.:]\]?)")
_ADDRESS_SHAPE = re.compile(
    r"[0-9]+(?:\.[0-9]+){3}(?:[/-].*)?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:[/-].*)?"
)
_PATTERN_SHAPE = re.compile(r"/.*[^\\]/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood, and what its writer should know about it."""

    node: Node
    notes: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """The query that `text` writes; nothing at all is everything. Raises BadQuery."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._scan = Scanner(text)
        self._notes: list[str] = []
        self._depth = 0

    def query(self) -> Query:
        scan = self._scan
        scan.skip_blanks()
        if not scan.peek():
            return Query(EVERYTHING)
        node = self._either()
        if scan.peek():
            scan.fail(scan.position, "nothing opened this bracket", "remove it")
        return Query(node, tuple(self._notes))

    def _either(self) -> Node:
        parts = [self._all()]
        while self._scan.keyword_ahead().lower() == "or":
            parts.append(self._after_keyword(self._all))
        return any_of(parts)

    def _all(self) -> Node:
        parts = [self._term()]
        while True:
            self._scan.skip_blanks()
            word = self._scan.keyword_ahead().lower()
            if word == "or" or self._scan.peek() in ("", ")"):
                return all_of(parts)
            parts.append(self._after_keyword(self._term) if word == "and" else self._term())

    def _after_keyword(self, read: Callable[[], Node]) -> Node:
        scan = self._scan
        start, word = scan.position, scan.keyword_ahead()
        scan.take(word)
        scan.skip_blanks()
        if scan.peek() in ("", ")"):
            scan.fail(start, f'"{word}" needs a term after it', "add one or remove it")
        return read()

    def _term(self) -> Node:
        scan = self._scan
        self._depth += 1
        if self._depth > MAX_DEPTH:
            scan.fail(scan.position, f"brackets go {MAX_DEPTH} deep at most", "simplify it")
        scan.skip_blanks()
        word = scan.keyword_ahead()
        if word.lower() == "not":
            node: Node = Not(self._after_keyword(self._term))
        elif word:
            scan.fail(scan.position, f'"{word}" needs a term before it', "remove it")
        elif scan.peek() == "-":
            node = self._excluded()
        elif scan.peek() == "(":
            node = self._bracket()
        else:
            node = self._leaf()
        self._depth -= 1
        return node

    def _excluded(self) -> Node:
        scan = self._scan
        start = scan.position
        scan.take("-")
        if scan.at_end_of_term():
            scan.skip_blanks()
            term = scan.chunk_ahead() or "port:7547"
            what = '"-" must touch the term it excludes'
            scan.fail(start, what, f"write -{term}")
        return Not(self._term())

    def _bracket(self) -> Node:
        scan = self._scan
        start = scan.position
        scan.take("(")
        scan.skip_blanks()
        if scan.peek() == ")":
            scan.fail(start, "these brackets are empty", "remove them")
        if not scan.peek():
            scan.fail(start, "this bracket is never closed", "remove it")
        node = self._either()
        if not scan.take(")"):
            scan.fail(start, "this bracket is never closed", "add ) at the end")
        return node

    def _leaf(self) -> Node:
        scan = self._scan
        start = scan.position
        if scan.peek() == ")":
            scan.fail(start, "nothing opened this bracket", "remove it")
        if scan.peek() in _QUOTES:
            self._fail_without_field(start, scan.quoted())
        chunk = scan.chunk_ahead()
        if chunk == "*":
            scan.take(chunk)
            return EVERYTHING
        if node := self._address(chunk):
            return node
        name = scan.name()
        scan.skip_blanks()
        symbol = scan.symbol(SYMBOLS) if name else ""
        if not symbol:
            self._fail_without_field(start, chunk)
        return self._on_port(name, self._condition(self._field(name, start), symbol, start), start)

    def _address(self, chunk: str) -> Node | None:
        """A bare address or network; None when this is none."""
        scan = self._scan
        if not _ADDRESS_BEGINS.match(chunk):
            return None
        try:
            network = parse_network(chunk)
        except ValueError as error:
            if _ADDRESS_SHAPE.fullmatch(chunk):
                mend = 'write 192.0.2.1 or 192.0.2.0/24; text needs a field, as in server:"1.0"'
                scan.fail(scan.position, f'"{chunk}": {error}', mend)
            return None
        column = scan.position + 1
        scan.take(chunk)
        self._note_host_bits(chunk, network)
        return Condition(FIELDS["ip"], ":", network, column)

    def _field(self, name: str, start: int) -> Field:
        entry = field_named(name)
        if entry is None:
            near = " or ".join(similar_names(name))
            meant = f"did you mean {near}? " if near else ""
            self._scan.fail(
                start, f'unknown field "{name}"', f"{meant}(gatewatch fields lists all)"
            )
        return entry

    def _condition(self, entry: Field, symbol: str, start: int) -> Node:
        scan = self._scan
        value_at = scan.position
        blank = scan.skip_blanks()
        if scan.peek() in ("", ")") or (blank and scan.keyword_ahead()):
            what = f"value missing after {entry.name}{symbol}"
            scan.fail(value_at, what, f"write {entry.example}")
        value_at = scan.position
        value = self._value(entry)
        if not scan.at_end_of_term():
            self._fail_unquoted()
        if entry.kind is Kind.IP and value is PRESENT and symbol == ":":
            return EVERYTHING
        self._check(entry, symbol, value, value_at)
        return Condition(entry, symbol, value, start + 1)

    def _on_port(self, name: str, condition: Node, start: int) -> Node:
        """`7547.cwmp.get.status_code:401` speaks of port 7547 as well."""
        port, dot, _ = name.partition(".")
        if not dot or not port.isdigit():
            return condition
        entry = FIELDS["port"]
        number = read_scalar(entry, port, start + 1)
        return all_of([Condition(entry, ":", number, start + 1), condition])

    def _value(self, entry: Field) -> Value:
        scan = self._scan
        start = scan.position
        signs = scan.signs_ahead()
        if signs or (scan.peek() == ":" and entry.kind is not Kind.IP):
            what = f'"{signs or ":"}" is no operator here'
            scan.fail(start, what, f"there are {' '.join(SYMBOLS)}; quote a value that begins so")
        if scan.take("["):
            return self._range(entry, start)
        if scan.peek() in _QUOTES:
            return self._scalar(entry, scan.quoted(), start)
        pieces = _collapsed(scan.unquoted())
        if _PATTERN_SHAPE.fullmatch(scan.text[start : scan.position]):
            what = "patterns between slashes are not known here"
            scan.fail(start, what, "quote the value to look for the slashes themselves")
        if pieces == (Wild.MANY,):
            return PRESENT
        if len(pieces) == 1 and isinstance(pieces[0], str):
            return self._scalar(entry, pieces[0], start)
        if not pieces:
            self._fail_unquoted()
        return Pattern(pieces)

    def _scalar(self, entry: Field, text: str, start: int) -> Scalar:
        value = read_scalar(entry, text, start + 1)
        if isinstance(value, Network):
            self._note_host_bits(text, value)
        return value

    def _range(self, entry: Field, start: int) -> Value:
        scan = self._scan
        low = self._range_end(entry, start)
        scan.skip_blanks()
        if not scan.take("TO") and not scan.take("to"):
            self._fail_range(start)
        high = self._range_end(entry, start)
        scan.skip_blanks()
        if not scan.take("]"):
            self._fail_range(start)
        if low is None and high is None:
            scan.fail(start, "this range has no end", f"write {entry.name}:* for any value")
        if isinstance(low, Network) or isinstance(high, Network):
            return self._address_range(low, high, start)
        if _descends(low, high):
            scan.fail(start, "this range is empty", "write the lower end first")
        return Range(low, high)

    def _range_end(self, entry: Field, start: int) -> Scalar | None:
        scan = self._scan
        if not scan.skip_blanks() and scan.position != start + 1:
            self._fail_range(start)
        at = scan.position
        if scan.peek() in _QUOTES and scan.peek():
            return self._scalar(entry, scan.quoted(), at)
        pieces = scan.unquoted()
        if pieces == [Wild.MANY]:
            return None
        if len(pieces) != 1 or not isinstance(pieces[0], str):
            self._fail_range(start)
        return self._scalar(entry, pieces[0], at)

    def _address_range(self, low: Scalar | None, high: Scalar | None, start: int) -> Network:
        first, last = (
            end.first if isinstance(end, Network) and end.first == end.last else None
            for end in (low, high)
        )
        if first is None or last is None or not _is_ascending(first, last):
            what = "a range of addresses is [first TO last], both of one family, in this order"
            self._scan.fail(start, what, "write ip:[192.0.2.1 TO 192.0.2.9]")
        return Network(first, last)

    def _check(self, entry: Field, symbol: str, value: Value, at: int) -> None:
        scan, name = self._scan, entry.name
        if operator_for(symbol, form_of(value), entry.kind) is None:
            taken = (
                f"{name}{one.symbol}{one.form}" for one in OPERATORS if entry.kind in one.kinds
            )
            what = f"{name} ({entry.kind}) does not take {name}{symbol}{form_of(value)}"
            scan.fail(at, what, f"it takes {', '.join(taken)}")
        if symbol == ":" and value == "" and entry.kind is Kind.TEXT:
            what = "every text contains nothing"
            scan.fail(at, what, f'write {name}="" for an empty one, {name}:* for any')
        if symbol in ("=", "!=") and not is_one_point(value):
            what = f'"{written(value)}" is more than one {entry.kind}'
            scan.fail(at, what, f"write {_more_than_one(name, symbol, value)}")

    def _note_host_bits(self, text: str, network: Network) -> None:
        if note := host_bits_note(text, network):
            self._notes.append(note)

    def _fail_without_field(self, start: int, text: str) -> NoReturn:
        what = f'"{text}" stands without a field'
        self._scan.fail(start, what, 'write field:value, as in server:"gSOAP/2.7"')

    def _fail_unquoted(self) -> NoReturn:
        scan = self._scan
        what = f'"{scan.peek()}" cannot stand here without quotes'
        scan.fail(scan.position, what, "quote the whole value, or leave a blank after it")

    def _fail_range(self, start: int) -> NoReturn:
        self._scan.fail(start, "a range is [a TO b]", "write status:[400 TO 499]")


def _collapsed(pieces: Sequence[str | Wild]) -> tuple[str | Wild, ...]:
    """`pieces` with runs of `*`, which mean no more than one, made one."""
    return tuple(
        piece
        for piece, before in zip(pieces, (None, *pieces), strict=False)
        if piece is not Wild.MANY or before is not Wild.MANY
    )


def _is_ascending(first: Address, last: Address) -> bool:
    return (first.high is None) == (last.high is None) and first.number <= last.number


def _descends(low: Scalar | None, high: Scalar | None) -> bool:
    """Whether both ends are there and of a kind that has an order, and in the wrong one."""
    if isinstance(low, Period) and isinstance(high, Period):
        return low.first > high.first
    return isinstance(low, int) and isinstance(high, int) and low > high


def _more_than_one(name: str, symbol: str, value: Value) -> str:
    return f"{'not ' if symbol == '!=' else ''}{name}:{written(value)}"
