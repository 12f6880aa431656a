"""The fewest networks that hold exactly these addresses and no other, one a line.

A list that is one address wider blocks or accuses somebody else, so nothing is ever rounded up.
"""

from collections.abc import Iterable, Iterator

from gatewatch.model.address import Address, address_of

__all__ = ["NAME", "SENTENCE", "SUFFIXES", "entries"]

NAME = "cidrs"
SENTENCE = "The fewest CIDR blocks that hold exactly these addresses, one a line, sorted."
SUFFIXES = (".cidrs",)

_BITS = {4: 32, 6: 128}


def entries(addresses: Iterable[Address]) -> Iterator[str]:
    """CIDR blocks (RFC 4632, RFC 4291 section 2.3), in memory that does not grow with them."""
    for version, first, last in _runs(addresses):
        yield from _blocks(version, first, last)


def _runs(addresses: Iterable[Address]) -> Iterator[tuple[int, int, int]]:
    """IP version, first and last number of each run without a gap."""
    run: tuple[int, int, int] | None = None
    for one in addresses:
        version, number = 4 if one.high is None else 6, one.number
        if run and run[0] == version and number == run[2] + 1:
            run = (version, run[1], number)
            continue
        if run:
            yield run
        run = (version, number, number)
    if run:
        yield run


def _blocks(version: int, first: int, last: int) -> Iterator[str]:
    bits = _BITS[version]
    while first <= last:
        # As large as the place where it begins allows, and as what is left.
        aligned = (first & -first).bit_length() - 1 if first else bits
        size = min(aligned, (last - first + 1).bit_length() - 1)
        yield f"{address_of(first, version)}/{bits - size}"
        first += 1 << size
