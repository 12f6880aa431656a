"""Sets of addresses of one family, as sorted ranges that number every address in them.

An address is its number (32 or 128 bits). `at` and `position` go between an address and its
place in the set by bisection, so that a scan of any size keeps one counter and no list.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from itertools import chain
from typing import NamedTuple

from gatewatch.model.address import Network

__all__ = ["Ranges", "Targets"]


class Ranges:
    """Disjoint ranges, ascending and never touching; `version` is 4 or 6."""

    __slots__ = ("_before", "_lasts", "_starts", "version")

    def __init__(self, version: int, spans: Iterable[tuple[int, int]] = ()) -> None:
        """The union of `spans` (first, last), in any order and overlapping as they may."""
        self.version = version
        self._starts, self._lasts, self._before = (_column(version) for _ in range(3))
        count = 0
        for first, last in _merged(sorted(spans)):
            self._starts.append(first)
            self._lasts.append(last)
            self._before.append(count)
            count += last - first + 1
        self._before.append(count)

    @property
    def size(self) -> int:
        """How many addresses; IPv6 sets may hold more than `len` can tell."""
        return self._before[-1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The ranges as (first, last)."""
        return zip(self._starts, self._lasts, strict=True)

    def at(self, place: int) -> int:
        """The address at `place` (0 to size - 1) in ascending order."""
        span = bisect_right(self._before, place, 0, len(self._starts)) - 1
        return self._starts[span] + place - self._before[span]

    def position(self, address: int) -> int | None:
        """The place of `address`, or None when it is not in the set."""
        span = bisect_right(self._starts, address) - 1
        if span < 0 or address > self._lasts[span]:
            return None
        return self._before[span] + address - self._starts[span]

    def below(self, address: int) -> int:
        """How many addresses of the set are smaller than `address`."""
        span = bisect_left(self._starts, address) - 1
        if span < 0:
            return 0
        return self._before[span] + min(address - 1, self._lasts[span]) - self._starts[span] + 1

    def without(self, other: "Ranges") -> "Ranges":
        """What is in this set and not in `other`."""
        return Ranges(self.version, _difference(self, other))


class Targets(NamedTuple):
    """Addresses of both families."""

    v4: Ranges
    v6: Ranges

    @classmethod
    def of(cls, networks: Iterable[Network]) -> "Targets":
        """The union of `networks`."""
        spans: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        for first, last in networks:
            spans[first.high is not None].append((first.number, last.number))
        return cls(Ranges(4, spans[0]), Ranges(6, spans[1]))

    @classmethod
    def union(cls, sets: Iterable["Targets"]) -> "Targets":
        """What is in any of `sets`."""
        v4s, v6s = zip(*sets, strict=True)
        return cls(Ranges(4, chain(*v4s)), Ranges(6, chain(*v6s)))

    @property
    def size(self) -> int:
        """How many addresses."""
        return self.v4.size + self.v6.size

    def without(self, other: "Targets") -> "Targets":
        """What is in these and not in `other`."""
        return Targets(self.v4.without(other.v4), self.v6.without(other.v6))


def _column(version: int) -> MutableSequence[int]:
    """Four million single addresses fit in 96 MB as an array, and in 500 MB as a list."""
    return array("Q") if version == 4 else []


def _merged(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for first, last in spans:
        if current is None:
            current = (first, last)
        elif first <= current[1] + 1:
            current = (current[0], max(current[1], last))
        else:
            yield current
            current = (first, last)
    if current is not None:
        yield current


def _difference(
    kept: Iterable[tuple[int, int]], cut: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    beyond = (1 << 129, 1 << 129)
    cuts = chain(cut, (beyond,))
    hole = next(cuts)
    for first, last in kept:
        while hole[1] < first:
            hole = next(cuts)
        while hole[0] <= last:
            if first < hole[0]:
                yield first, hole[0] - 1
            first = hole[1] + 1
            if first > last:
                break
            hole = next(cuts)
        if first <= last:
            yield first, last
