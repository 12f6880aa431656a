"""The order of a scan: every network in turn, so that none of them feels it.

Addresses are grouped into strata: the /24s of IPv4, the /48s of IPv6. Round r asks each stratum
for its r-th address, strata with more addresses going on when smaller ones are done. Within a
round the strata come in steps of the golden ratio through the sorted list (a Weyl sequence), so
that any run of probes is spread evenly over every /16, every provider, and all of the scope;
within a stratum an affine permutation keyed by the seed chooses the address.

Index and address follow from each other with bisections only: what is done, a shard or an
unbiased sample is a number. A sample takes the first rounds only: the same share of every stratum,
rounded up in some and down in others so that each address has the same chance.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from hashlib import blake2b
from math import gcd
from typing import NamedTuple

from gatewatch.model.address import Address, address_of
from gatewatch.scan.ranges import Ranges, Targets

__all__ = ["Order", "Segment"]

_V4_STRATUM, _V6_STRATUM = 8, 80  # bits below a /24, below a /48
_GOLDEN = 0.6180339887498949


class Segment(NamedTuple):
    """A run of rounds with the same strata."""

    first: int
    """Index of its first probe."""
    stride: int
    """Strata in each of its rounds: how many probes lie between two to the same stratum."""
    rounds: int
    first_round: int

    @property
    def end(self) -> int:
        """Index after its last probe."""
        return self.first + self.rounds * self.stride


class Order:
    """The permutation of `targets` that `seed` gives, or of a `sample` (0 < share <= 1) of them."""

    def __init__(self, targets: Targets, seed: int, sample: float = 1.0) -> None:
        self._targets = targets
        self._key = seed.to_bytes(8, "big")
        self._pieces = _pieces(_classes(targets), self._key, sample)
        self._ends: list[int] = []
        total = 0
        for piece in self._pieces:
            total += piece.strata
            self._ends.append(total)
        self.segments = self._segments()
        self._firsts = [segment.first for segment in self.segments]

    def __len__(self) -> int:
        """How many probes."""
        return self.segments[-1].end if self.segments else 0

    @property
    def families(self) -> frozenset[int]:
        """4, 6 or both: the IP versions of its addresses."""
        return frozenset(piece.group.ranges.version for piece in self._pieces)

    def address(self, index: int) -> Address:
        """The address of probe `index`."""
        segment = self.segments[bisect_right(self._firsts, index) - 1]
        turn, place = divmod(index - segment.first, segment.stride)
        number = bisect_right(self._ends, place)
        piece = self._pieces[number]
        group = piece.group
        place -= self._ends[number] - piece.strata
        prefix, first = group.stratum(piece.first + place)
        factor, shift = self._affine(group, prefix)
        offset = (factor * (segment.first_round + turn) + shift) % group.size
        return address_of(group.ranges.at(first + offset), group.ranges.version)

    def index(self, address: Address) -> int | None:
        """The index of the probe to `address`; None when it is no target, or not in the sample."""
        v4 = address.high is None
        ranges = self._targets.v4 if v4 else self._targets.v6
        ordinal = ranges.position(address.number)
        if ordinal is None:
            return None
        bits = _V4_STRATUM if v4 else _V6_STRATUM
        prefix = address.number >> bits
        first = ranges.below(prefix << bits)
        size = ranges.below((prefix + 1) << bits) - first
        found = self._piece(ranges, size, prefix)
        if found is None:
            return None
        piece, place = found
        factor, shift = self._affine(piece.group, prefix)
        turn = (ordinal - first - shift) * pow(factor, -1, size) % size
        if turn >= piece.depth:
            return None
        segment = next(
            one for one in self.segments if one.first_round <= turn < one.first_round + one.rounds
        )
        return segment.first + (turn - segment.first_round) * segment.stride + place

    def segment(self, index: int) -> Segment:
        """The segment that probe `index` lies in."""
        return self.segments[self.segment_number(index)]

    def segment_number(self, index: int) -> int:
        """The place in `segments` of the one that probe `index` lies in."""
        return bisect_right(self._firsts, index) - 1

    def _piece(self, ranges: Ranges, size: int, prefix: int) -> "tuple[_Piece, int] | None":
        """The piece that holds the stratum `prefix`, and its place in a round."""
        for piece, end in zip(self._pieces, self._ends, strict=True):
            if piece.group.ranges is ranges and piece.group.size == size:
                further = piece.group.place(prefix) - piece.first
                if 0 <= further < piece.strata:
                    return piece, end - piece.strata + further
        return None

    def _segments(self) -> list[Segment]:
        """From the widest rounds, all strata, to the narrowest, the largest strata alone."""
        found = []
        first = done = 0
        depths = [piece.depth for piece in self._pieces]
        for at in range(len(depths) - 1, -1, -1):
            rounds = depths[at] - done
            if rounds:
                found.append(Segment(first, self._ends[at], rounds, done))
                first += rounds * self._ends[at]
                done = depths[at]
        return found

    def _affine(self, group: "_Class", prefix: int) -> tuple[int, int]:
        """Factor and shift of the permutation of a stratum's addresses."""
        if group.size == 1:
            return 1, 0
        digest = blake2b(prefix.to_bytes(8, "big"), key=self._key, digest_size=16).digest()
        factor = int.from_bytes(digest[:8], "big") % group.size
        while gcd(factor, group.size) != 1:
            factor += 1
        return factor, int.from_bytes(digest[8:], "big") % group.size


class _Class:
    """All strata of one family with the same number of addresses, as runs of neighbours."""

    def __init__(self, ranges: Ranges, size: int) -> None:
        self.ranges = ranges
        self.size = size
        self.count = 0
        self._prefixes = array("Q")
        self._ordinals: array[int] = array("Q")
        self._starts = array("Q")
        self._step = self._unstep = 1
        self._shift = 0

    def add(self, prefix: int, ordinal: int, count: int) -> None:
        """Adds `count` neighbouring strata; `ordinal` is the first address's place."""
        self._prefixes.append(prefix)
        self._ordinals.append(ordinal)
        self._starts.append(self.count)
        self.count += count

    def shuffle(self, key: bytes) -> None:
        """Chooses the order of the strata."""
        self._step = max(1, round(self.count * _GOLDEN))
        while gcd(self._step, self.count) != 1:
            self._step += 1
        self._unstep = pow(self._step, -1, self.count) if self.count > 1 else 0
        name = f"{self.ranges.version}/{self.size}".encode()
        digest = blake2b(name, key=key, digest_size=8).digest()
        self._shift = int.from_bytes(digest, "big") % self.count

    def chance(self, key: bytes) -> float:
        """A number from 0 to 1 that rounds a share fairly."""
        name = f"sample {self.ranges.version}/{self.size}".encode()
        return blake2b(name, key=key, digest_size=4).digest()[0] / 256

    def stratum(self, place: int) -> tuple[int, int]:
        """Prefix and first address's ordinal of the stratum at `place` of a round."""
        number = (place * self._step + self._shift) % self.count
        run = bisect_right(self._starts, number) - 1
        further = number - self._starts[run]
        return self._prefixes[run] + further, self._ordinals[run] + further * self.size

    def place(self, prefix: int) -> int:
        """The place in a round of the stratum `prefix`, which must be of this class."""
        run = bisect_right(self._prefixes, prefix) - 1
        number = self._starts[run] + prefix - self._prefixes[run]
        return (number - self._shift) * self._unstep % self.count


class _Piece(NamedTuple):
    """Strata of one class that are asked for the same number of addresses."""

    group: _Class
    first: int
    """Place of its first stratum among those of the class."""
    strata: int
    depth: int


def _pieces(classes: list[_Class], key: bytes, sample: float) -> list[_Piece]:
    """The classes, each in two where a share falls between two whole numbers; deepest first."""
    found = []
    for group in classes:
        group.shuffle(key)
        depth = int(group.size * sample)
        # Strata come in a keyed order, so the first of them are a fair choice.
        more = int((group.size * sample - depth) * group.count + group.chance(key))
        found += [_Piece(group, 0, more, depth + 1), _Piece(group, more, group.count - more, depth)]
    kept = [piece for piece in found if piece.strata and piece.depth]
    return sorted(kept, key=lambda piece: -piece.depth)


def _classes(targets: Targets) -> list[_Class]:
    """The classes of both families, largest strata first."""
    found: dict[tuple[int, int], _Class] = {}
    for ranges, bits in ((targets.v4, _V4_STRATUM), (targets.v6, _V6_STRATUM)):
        for prefix, ordinal, size, count in _strata(ranges, bits):
            key = (size, ranges.version)
            if key not in found:
                found[key] = _Class(ranges, size)
            found[key].add(prefix, ordinal, count)
    return [found[key] for key in sorted(found, key=lambda key: (-key[0], key[1]))]


def _strata(ranges: Ranges, bits: int) -> Iterator[tuple[int, int, int, int]]:
    """(prefix, ordinal of its first address, size, number of neighbours alike), ascending."""
    whole = 1 << bits
    open_prefix, open_ordinal, open_size = -1, 0, 0
    ordinal = 0
    for first, last in ranges:
        while first <= last:
            prefix = first >> bits
            if prefix != open_prefix:
                if open_size:
                    yield open_prefix, open_ordinal, open_size, 1
                open_prefix, open_ordinal, open_size = prefix, ordinal, 0
            if first == prefix << bits and last - first + 1 >= whole:
                count = (last - first + 1) // whole
                yield prefix, ordinal, whole, count
                open_prefix = -1
                taken = count * whole
            else:
                taken = min(last, ((prefix + 1) << bits) - 1) - first + 1
                open_size += taken
            first += taken
            ordinal += taken
    if open_size:
        yield open_prefix, open_ordinal, open_size, 1
