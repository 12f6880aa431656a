"""THE operator table: each way to compare, defined once.

The parser asks it which operators a field takes, the compiler takes their SQL from it, and the
table in docs/reference/query.md is tested against it. A new way to compare is one entry here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from gatewatch.model.address import Network
from gatewatch.model.fields import Field, Kind
from gatewatch.query.comparisons import (
    Compile,
    at_or_below_version,
    compared,
    contains,
    different,
    equal,
    like,
    matches,
    present,
    ranged,
    same_word,
    time_compared,
    truth,
    version_compared,
    within_period,
)
from gatewatch.query.networks import NetworkSet, address_compared, within_network
from gatewatch.query.nodes import AddressList, Form
from gatewatch.query.sql import Sql

__all__ = ["OPERATORS", "SYMBOLS", "Operator", "any_of_values", "operator_for"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One entry: what it means for which kinds of field."""

    symbol: str
    form: Form
    kinds: Mapping[Kind, Compile]
    sentence: str
    example: str

    def sql(self, entry: Field, column: str, value: Any) -> Sql:
        """The comparison of a field's `column`; of a list, any element satisfies it."""
        compare = self.kinds[entry.kind]
        if not entry.many or self.form is Form.PRESENT:
            return compare(column, value)
        if self.symbol in _OPPOSITES:
            one = operator_for(_OPPOSITES[self.symbol], self.form, entry.kind)
            assert one is not None
            same = one.sql(entry, column, value)
            return Sql(f"({column} IS NOT NULL AND NOT {same.text})", same.values)
        inner = compare("each", value)
        text = f"list_bool_or(list_transform({column}, lambda each: {inner.text}))"
        return Sql(text, inner.values)

    @property
    def spelling(self) -> str:
        """How it is written, as in `field:value`."""
        return f"field{self.symbol}{self.form}"


def _within(column: str, value: Network | AddressList) -> Sql:
    if isinstance(value, AddressList):
        return value.networks.within(column)
    return within_network(column, value)


_WORDS = (Kind.TEXT, Kind.KEYWORD, Kind.VERSION)
_OPPOSITES = {"!=": "=", "!~": "=~"}
_EXACT: dict[Kind, Compile] = {
    Kind.BOOLEAN: truth,
    **dict.fromkeys((*_WORDS, Kind.NUMBER), equal),
    Kind.IP: _within,
    Kind.TIME: within_period,
}
_LESS: dict[str, dict[Kind, Compile]] = {
    sign: {
        Kind.NUMBER: compared(sign),
        Kind.TIME: time_compared(sign, edge),
        Kind.VERSION: version_compared(sign),
        Kind.IP: partial(address_compared, sign),
    }
    for sign, edge in (("<", "first"), ("<=", "last"), (">", "last"), (">=", "first"))
}

OPERATORS: tuple[Operator, ...] = (
    Operator(
        ":",
        Form.SCALAR,
        {
            Kind.TEXT: contains,
            Kind.KEYWORD: same_word,
            Kind.VERSION: at_or_below_version,
            Kind.NUMBER: equal,
            Kind.IP: _within,
            Kind.TIME: within_period,
            Kind.BOOLEAN: truth,
        },
        "What people mean by it: see how the kinds compare. Case does not matter.",
        'server:"gsoap/2.7"',
    ),
    Operator(
        ":",
        Form.PRESENT,
        dict.fromkeys(Kind, present),
        "Any value; an empty text is a value.",
        "server:*",
    ),
    Operator(
        ":",
        Form.PATTERN,
        dict.fromkeys(_WORDS, like),
        "The whole value; `*` is any text, `?` one character. Case does not matter.",
        "server:rompager/4.?7*",
    ),
    Operator(
        ":",
        Form.RANGE,
        {
            kind: ranged(_LESS[">="][kind], _LESS["<="][kind])
            for kind in _LESS["<"]
            if kind is not Kind.IP
        },
        "From a to b, both included; `*` is an open end.",
        "status:[400 TO 499]",
    ),
    Operator("=", Form.SCALAR, _EXACT, "Exactly this value, in this case.", "server=gSOAP/2.7"),
    Operator(
        "!=",
        Form.SCALAR,
        {kind: different(same) for kind, same in _EXACT.items()},
        "Another value than exactly this one; a service without the field has none.",
        "port!=7547",
    ),
    Operator(
        "=~",
        Form.SCALAR,
        dict.fromkeys(_WORDS, matches),
        "The pattern (RE2) matches somewhere; `(?i)` in front: in any case.",
        "server=~`^gSOAP/2\\.[0-7]`",
    ),
    Operator(
        "!~",
        Form.SCALAR,
        dict.fromkeys(_WORDS, different(matches)),
        "The pattern matches nowhere; a service without the field has nothing to match.",
        "server!~gSOAP",
    ),
    Operator("<", Form.SCALAR, _LESS["<"], "Less, or before.", "status<400"),
    Operator("<=", Form.SCALAR, _LESS["<="], "At most, or not after.", "confidence<=50"),
    Operator(">", Form.SCALAR, _LESS[">"], "More, or after.", "body.size>0"),
    Operator(">=", Form.SCALAR, _LESS[">="], "At least, or not before.", "scan_time>=2026-11"),
)

_BY_SPELLING = {(entry.symbol, entry.form): entry for entry in OPERATORS}
SYMBOLS = tuple(dict.fromkeys(entry.symbol for entry in OPERATORS))


def any_of_values(entry: Field, symbol: str, column: str, values: Sequence[Any]) -> Sql | None:
    """SQL for one of many values; None where a comparison for each does as well."""
    if symbol not in (":", "="):
        return None
    if entry.kind is Kind.IP and all(isinstance(one, Network) for one in values):
        return NetworkSet(values).within(column)
    if entry.many or not all(map(_is_plain, values)):
        return None
    marks = ", ".join("?" * len(values))
    if entry.kind is Kind.NUMBER or (symbol == "=" and entry.kind in _WORDS):
        return Sql(f"{column} IN ({marks})", tuple(values))
    if entry.kind is Kind.KEYWORD:
        lowered = ", ".join("lower(?)" for _ in values)
        return Sql(f"lower({column}) IN ({lowered})", tuple(values))
    return None


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)


def operator_for(symbol: str, form: Form, kind: Kind) -> Operator | None:
    """The operator for a field of this kind, or None when such fields do not take it."""
    entry = _BY_SPELLING.get((symbol, form))
    return entry if entry and kind in entry.kinds else None
