"""THE operator table: each way to compare, defined once.

The parser asks it which operators a field takes, the compiler takes their SQL from it, and the
table in docs/reference/query.md is tested against it. A new way to compare is one entry here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gatewatch.model.address import Address, Network, address_of
from gatewatch.model.fields import Field, Kind
from gatewatch.query.networks import blocks_of, merged
from gatewatch.query.nodes import AddressList, Form, Pattern, Period, Range, Wild

__all__ = ["OPERATORS", "SYMBOLS", "Operator", "Sql", "any_of_values", "operator_for"]

# So many ranges of addresses are compared one by one, which also tells what need not be read.
_FEW_RANGES = 8


class Sql(NamedTuple):
    """A piece of SQL (DuckDB) and the values for its question marks."""

    text: str
    values: tuple[object, ...] = ()


Compile = Callable[[str, Any], Sql]
"""(column, value) to a truth value; NULL counts as false."""


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
            equal = one.sql(entry, column, value)
            return Sql(f"({column} IS NOT NULL AND NOT {equal.text})", equal.values)
        inner = compare("each", value)
        text = f"list_bool_or(list_transform({column}, lambda each: {inner.text}))"
        return Sql(text, inner.values)

    @property
    def spelling(self) -> str:
        """How it is written, as in `field:value`."""
        return f"field{self.symbol}{self.form}"


def _contains(column: str, value: str) -> Sql:
    return Sql(f"contains(lower({column}), lower(?))", (value,))


def _same_word(column: str, value: str) -> Sql:
    return Sql(f"lower({column}) = lower(?)", (value,))


def _at_or_below_version(column: str, value: str) -> Sql:
    """2.7 is 2.7 and 2.7.17, not 2.71."""
    text = f"(lower({column}) = lower(?) OR starts_with(lower({column}), lower(?) || '.'))"
    return Sql(text, (value, value))


def _equal(column: str, value: object) -> Sql:
    return Sql(f"{column} = ?", (value,))


def _truth(column: str, value: bool) -> Sql:
    """What nobody knows is not true."""
    return Sql(column if value else f"NOT coalesce({column}, false)")


def _matches(column: str, value: str) -> Sql:
    return Sql(f"regexp_matches({column}, ?)", (value,))


def _version_key(text: str) -> str:
    """SQL that orders versions: numbers as numbers, words before numbers, short before long."""
    number = "ltrim(part, '0')"
    key = f"if(part ~ '^[0-9]', '1' || lpad(length({number})::VARCHAR, 4, '0') || {number}, part)"
    parts = f"regexp_extract_all(regexp_replace(lower({text}), '^v', ''), '[0-9]+|[a-z]+')"
    return f"list_transform({parts}, lambda part: {key})"


def _version_compared(sign: str) -> Compile:
    return lambda column, value: Sql(
        f"{_version_key(column)} {sign} {_version_key('?::VARCHAR')}", (value,)
    )


def _address_compared(sign: str) -> Compile:
    """Within the family of the address."""

    def compile_compared(column: str, value: Network) -> Sql:
        bits, family = (32, 4) if value.first.high is None else (128, 6)
        number = value.first.number
        first, last = {
            "<": (0, number - 1),
            "<=": (0, number),
            ">": (number + 1, (1 << bits) - 1),
            ">=": (number, (1 << bits) - 1),
        }[sign]
        if first > last:
            return Sql("false")
        return _within_network(column, Network(address_of(first, family), address_of(last, family)))

    return compile_compared


def _like(column: str, value: Pattern) -> Sql:
    like = "".join(map(_like_piece, value.pieces))
    return Sql(f"lower({column}) LIKE lower(?) ESCAPE '\\'", (like,))


def _like_piece(piece: str | Wild) -> str:
    if isinstance(piece, Wild):
        return "%" if piece is Wild.MANY else "_"
    return piece.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _present(column: str, value: object) -> Sql:
    del value
    return Sql(f"{column} IS NOT NULL")


def _within_network(column: str, value: Network | AddressList) -> Sql:
    if isinstance(value, AddressList):
        return _within_networks(column, value.networks)
    first, last = value
    if first.high is None or last.high is None:
        return Sql(f"({column}_high IS NULL AND {column} BETWEEN ? AND ?)", (first.low, last.low))
    parts = [_unsigned_between(f"{column}_high", first.high, last.high)]
    if first.high == last.high:
        parts.append(_unsigned_between(column, first.low, last.low))
    else:
        edge = f"NOT ({column}_high = ? AND NOT {{}})"
        for high, low in ((first.high, (first.low, -1)), (last.high, (0, last.low))):
            inner = _unsigned_between(column, *low)
            parts.append(Sql(edge.format(inner.text), (high, *inner.values)))
    return Sql(
        f"({' AND '.join(part.text for part in parts)})",
        tuple(value for part in parts for value in part.values),
    )


def _within_networks(column: str, networks: Sequence[Network]) -> Sql:
    ranges = merged(networks)
    if len(ranges) <= _FEW_RANGES:
        return _any(_within_network(column, one) for one in ranges)
    parts = []
    for size, blocks in blocks_of(ranges, 4).items():
        inside = f"({column} & ?) IN (SELECT unnest(?::BIGINT[]))"
        values = (_mask(size), [one.low for one in blocks])
        parts.append(Sql(f"({column}_high IS NULL AND {inside})", values))
    for size, blocks in blocks_of(ranges, 6).items():
        parts.append(_in_blocks6(column, size, blocks))
    return _any(parts)


def _in_blocks6(column: str, size: int, blocks: Sequence[Address]) -> Sql:
    if size >= 64:
        inside = f"({column}_high & ?) IN (SELECT unnest(?::BIGINT[]))"
        return Sql(inside, (_mask(size - 64), [one.high for one in blocks]))
    pair = f"({column}_high, {column} & ?)"
    inside = f"{pair} IN (SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]))"
    halves = ([one.high for one in blocks], [one.low for one in blocks])
    return Sql(inside, (_mask(size), *halves))


def _mask(size: int) -> int:
    """Ones, and `size` zeros at the end, as a signed number; no ones at all for 64."""
    return -(1 << size) if size < 64 else 0


def _any(parts: Iterable[Sql]) -> Sql:
    texts, values = zip(*parts, strict=True)
    return Sql(f"({' OR '.join(texts)})", tuple(one for some in values for one in some))


def _unsigned_between(column: str, first: int, last: int) -> Sql:
    """`column` holds unsigned numbers as signed ones, whose order jumps at 0 (-1 is the end)."""
    if first >= 0 > last:
        return Sql(f"({column} >= ? OR {column} <= ?)", (first, last))
    return Sql(f"{column} BETWEEN ? AND ?", (first, last))


def _within_period(column: str, value: Period) -> Sql:
    text = f"{column} BETWEEN make_timestamp(?) AND make_timestamp(?)"
    return Sql(text, (value.first, value.last))


def _different(same: Compile) -> Compile:
    """Present, and not the same."""

    def compile_different(column: str, value: object) -> Sql:
        equal = same(column, value)
        text = f"({column} IS NOT NULL AND NOT coalesce({equal.text}, false))"
        return Sql(text, equal.values)

    return compile_different


def _compared(sign: str) -> Compile:
    return lambda column, value: Sql(f"{column} {sign} ?", (value,))


def _time_compared(sign: str, edge: str) -> Compile:
    """A period has two ends: after a day is after its last moment, from a day is from its first."""
    return lambda column, value: Sql(f"{column} {sign} make_timestamp(?)", (getattr(value, edge),))


def _ranged(at_least: Compile, at_most: Compile) -> Compile:
    def compile_range(column: str, value: Range) -> Sql:
        ends = ((at_least, value.low), (at_most, value.high))
        parts = [compare(column, end) for compare, end in ends if end is not None]
        text = " AND ".join(part.text for part in parts)
        return Sql(f"({text})", tuple(one for part in parts for one in part.values))

    return compile_range


_WORDS = (Kind.TEXT, Kind.KEYWORD, Kind.VERSION)
_OPPOSITES = {"!=": "=", "!~": "=~"}
_EXACT: dict[Kind, Compile] = {
    Kind.BOOLEAN: _truth,
    **dict.fromkeys((*_WORDS, Kind.NUMBER), _equal),
    Kind.IP: _within_network,
    Kind.TIME: _within_period,
}
_LESS: dict[str, dict[Kind, Compile]] = {
    sign: {
        Kind.NUMBER: _compared(sign),
        Kind.TIME: _time_compared(sign, edge),
        Kind.VERSION: _version_compared(sign),
        Kind.IP: _address_compared(sign),
    }
    for sign, edge in (("<", "first"), ("<=", "last"), (">", "last"), (">=", "first"))
}

OPERATORS: tuple[Operator, ...] = (
    Operator(
        ":",
        Form.SCALAR,
        {
            Kind.TEXT: _contains,
            Kind.KEYWORD: _same_word,
            Kind.VERSION: _at_or_below_version,
            Kind.NUMBER: _equal,
            Kind.IP: _within_network,
            Kind.TIME: _within_period,
            Kind.BOOLEAN: _truth,
        },
        "What people mean by it: see how the kinds compare. Case does not matter.",
        'server:"gsoap/2.7"',
    ),
    Operator(
        ":",
        Form.PRESENT,
        dict.fromkeys(Kind, _present),
        "Any value; an empty text is a value.",
        "server:*",
    ),
    Operator(
        ":",
        Form.PATTERN,
        dict.fromkeys(_WORDS, _like),
        "The whole value; `*` is any text, `?` one character. Case does not matter.",
        "server:rompager/4.?7*",
    ),
    Operator(
        ":",
        Form.RANGE,
        {
            kind: _ranged(_LESS[">="][kind], _LESS["<="][kind])
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
        {kind: _different(same) for kind, same in _EXACT.items()},
        "Another value than exactly this one; a service without the field has none.",
        "port!=7547",
    ),
    Operator(
        "=~",
        Form.SCALAR,
        dict.fromkeys(_WORDS, _matches),
        "The pattern (RE2) matches somewhere; `(?i)` in front: in any case.",
        "server=~`^gSOAP/2\\.[0-7]`",
    ),
    Operator(
        "!~",
        Form.SCALAR,
        dict.fromkeys(_WORDS, _different(_matches)),
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
        return _within_networks(column, values)
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
