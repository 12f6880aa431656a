"""Conditions on addresses as SQL: within one network, or within thousands at the cost of ten.

Overlapping networks become one, each is cut into aligned blocks of a few sizes, and an address
is looked up once a size in a hash table. A join on "between" would compare every address with
every network. Few ranges are compared one by one: DuckDB then skips what need not be read.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from gatewatch.model.address import Address, Network, address_of
from gatewatch.query.sql import Sql, joined

__all__ = ["NetworkSet", "address_compared", "within_network"]

# Block sizes grow by this many bits: the finer, the more sizes; the coarser, the more blocks.
_STEP = 4
# So many ranges of addresses are compared one by one, which also tells what need not be read.
_FEW_RANGES = 8
_BITS = {4: 32, 6: 128}
_Spans = list[tuple[int, int]]


class NetworkSet:
    """Any number of networks, merged when it is made and cut for the look-up once."""

    def __init__(self, networks: Iterable[Network]) -> None:
        spans: dict[int, _Spans] = {4: [], 6: []}
        for first, last in networks:
            spans[4 if first.high is None else 6].append((first.number, last.number))
        self._spans = {family: _merged(sorted(some)) for family, some in spans.items()}

    def __len__(self) -> int:
        """How many ranges that do not touch each other."""
        return sum(map(len, self._spans.values()))

    def __iter__(self) -> Iterator[Network]:
        """These ranges in order, IPv4 first."""
        for family, spans in self._spans.items():
            for first, last in spans:
                yield Network(address_of(first, family), address_of(last, family))

    def within(self, column: str) -> Sql:
        """The address in `column` and `column`_high is in one of the networks."""
        if not self:
            return Sql("false")
        if len(self) <= _FEW_RANGES:
            return joined(" OR ", (within_network(column, one) for one in self))
        text, values = self._looked_up
        return Sql(text.format(column=column), values)

    @cached_property
    def _looked_up(self) -> Sql:
        """SQL with `{column}` in it. A list travels as text: DuckDB reads that ten times faster."""
        parts = []
        for size, firsts in _blocks(self._spans[4], 4).items():
            inside = "({column}_high IS NULL AND ({column} & ?) IN (SELECT unnest(?::BIGINT[])))"
            parts.append(Sql(inside, (_mask(size), _listed(firsts))))
        for size, firsts in _blocks(self._spans[6], 6).items():
            parts.append(_in_blocks6(size, [address_of(first, 6) for first in firsts]))
        return joined(" OR ", parts)


def within_network(column: str, network: Network) -> Sql:
    """The address in `column` and `column`_high is one of the network's."""
    first, last = network
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
    return joined(" AND ", parts)


def address_compared(sign: str, column: str, value: Network) -> Sql:
    """The address is less (`<`, `<=`) or more (`>`, `>=`) than `value`, within its family."""
    family = 4 if value.first.high is None else 6
    number, end = value.first.number, (1 << _BITS[family]) - 1
    first, last = {
        "<": (0, number - 1),
        "<=": (0, number),
        ">": (number + 1, end),
        ">=": (number, end),
    }[sign]
    if first > last:
        return Sql("false")
    return within_network(column, Network(address_of(first, family), address_of(last, family)))


def _merged(spans: _Spans) -> _Spans:
    """Sorted spans as few as possible."""
    found: _Spans = []
    for first, last in spans:
        if found and first <= found[-1][1] + 1:
            if last > found[-1][1]:
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _blocks(spans: _Spans, family: int) -> dict[int, list[int]]:
    """Aligned blocks that cover exactly the spans: bits of the host part to first addresses."""
    blocks: dict[int, list[int]] = {}
    for first, last in spans:
        if first == last:
            blocks.setdefault(0, []).append(first)
        else:
            for size, start in _cut(first, last, _BITS[family]):
                blocks.setdefault(size, []).append(start)
    return blocks


def _cut(first: int, last: int, bits: int) -> Iterator[tuple[int, int]]:
    while first <= last:
        size = 0
        while (
            size + _STEP <= bits
            and first % (1 << size + _STEP) == 0
            and first + (1 << size + _STEP) - 1 <= last
        ):
            size += _STEP
        yield size, first
        first += 1 << size


def _in_blocks6(size: int, blocks: Sequence[Address]) -> Sql:
    highs = _listed(one.high for one in blocks)
    if size >= 64:
        inside = "({column}_high & ?) IN (SELECT unnest(?::BIGINT[]))"
        return Sql(inside, (_mask(size - 64), highs))
    pair = "({column}_high, {column} & ?)"
    inside = f"{pair} IN (SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]))"
    return Sql(inside, (_mask(size), highs, _listed(one.low for one in blocks)))


def _listed(numbers: Iterable[int | None]) -> str:
    return f"[{','.join(map(str, numbers))}]"


def _mask(size: int) -> int:
    """Ones, and `size` zeros at the end, as a signed number; no ones at all for 64."""
    return -(1 << size) if size < 64 else 0


def _unsigned_between(column: str, first: int, last: int) -> Sql:
    """`column` holds unsigned numbers as signed ones, whose order jumps at 0 (-1 is the end)."""
    if first >= 0 > last:
        return Sql(f"({column} >= ? OR {column} <= ?)", (first, last))
    return Sql(f"{column} BETWEEN ? AND ?", (first, last))
