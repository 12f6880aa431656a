"""Addresses within many networks at once, as SQL that costs the same for ten and for thousands.

Overlapping networks become one, each is cut into aligned blocks of a few sizes, and an address
is looked up once a size in a hash table. A join on "between" would compare every address with
every network.
"""

from collections.abc import Iterable, Iterator

from gatewatch.model.address import Address, Network, address_of

__all__ = ["Blocks", "blocks_of", "merged"]

# Block sizes grow by this many bits: the finer, the more sizes; the coarser, the more blocks.
_STEP = 4
Blocks = dict[int, list[Address]]
"""Bits of the host part to the first addresses of the blocks of that size."""


def merged(networks: Iterable[Network]) -> list[Network]:
    """The same addresses as few ranges, in order; IPv4 first."""
    found: list[Network] = []
    for family in (4, 6):
        ranges = sorted(
            (one.first.number, one.last.number)
            for one in networks
            if (one.first.high is None) == (family == 4)
        )
        joined: list[list[int]] = []
        for first, last in ranges:
            if joined and first <= joined[-1][1] + 1:
                joined[-1][1] = max(joined[-1][1], last)
            else:
                joined.append([first, last])
        found += (
            Network(address_of(first, family), address_of(last, family)) for first, last in joined
        )
    return found


def blocks_of(networks: Iterable[Network], family: int) -> Blocks:
    """Aligned blocks that cover exactly the networks of one address family, by their size."""
    blocks: Blocks = {}
    bits = 32 if family == 4 else 128
    for network in networks:
        if (network.first.high is None) == (family == 4):
            for size, first in _cut(network.first.number, network.last.number, bits):
                blocks.setdefault(size, []).append(address_of(first, family))
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
