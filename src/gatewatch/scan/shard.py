"""A shard: the part of an order that one machine, or one process of it, asks.

Networks are dealt out, not addresses: of every round shard k of n asks the strata whose place
leaves remainder k when divided by n. So shards are disjoint, cover the order, need no word to
each other, and a network belongs to one of them: the smallest gap between two probes to it holds
however far the shards are apart in time.
"""

from bisect import bisect_right
from itertools import accumulate

from gatewatch.model.address import Address
from gatewatch.scan.order import Order, Segment

__all__ = ["Shard"]


class Shard:
    """Shard `number` (from 0) of `count`; its turns are numbered from 0 to len - 1."""

    def __init__(self, order: Order, number: int = 0, count: int = 1) -> None:
        self.order = order
        self.number = number
        self.count = count
        self._strata = [self._share(segment.stride) for segment in order.segments]
        self.networks = self._strata[0]
        """How many networks (/24s, or /48s of IPv6) are in it."""
        sizes = (
            segment.rounds * strata
            for segment, strata in zip(order.segments, self._strata, strict=True)
        )
        self._firsts = [0, *accumulate(sizes)]

    def __len__(self) -> int:
        """How many probes."""
        return self._firsts[-1]

    def part(self, number: int, count: int) -> "Shard":
        """Part `number` of `count` of this shard."""
        return Shard(self.order, self.number + self.count * number, self.count * count)

    def index(self, turn: int) -> int:
        """The index in the whole order of probe `turn`."""
        at = self._segment(turn)
        segment = self.order.segments[at]
        done, place = divmod(turn - self._firsts[at], self._strata[at])
        return segment.first + done * segment.stride + place * self.count + self.number

    def address(self, turn: int) -> Address:
        """The address of probe `turn`."""
        return self.order.address(self.index(turn))

    def turn(self, address: Address) -> int | None:
        """The turn of `address`; None when it is not in this shard."""
        index = self.order.index(address)
        if index is None:
            return None
        segment = self.order.segment(index)
        done, place = divmod(index - segment.first, segment.stride)
        if place % self.count != self.number:
            return None
        at = self.order.segments.index(segment)
        return self._firsts[at] + done * self._strata[at] + place // self.count

    def network(self, turn: int) -> int:
        """The number, from 0 to `networks` - 1, of the network that probe `turn` goes to."""
        at = self._segment(turn)
        return (turn - self._firsts[at]) % self._strata[at]

    def stretch(self, turn: int) -> tuple[Segment, int, int]:
        """The segment that probe `turn` lies in, this shard's strata in it, and its last turn."""
        at = self._segment(turn)
        return self.order.segments[at], self._strata[at], self._firsts[at + 1] - 1

    def _segment(self, turn: int) -> int:
        return bisect_right(self._firsts, turn) - 1

    def _share(self, stride: int) -> int:
        return max(0, (stride - self.number + self.count - 1) // self.count)
