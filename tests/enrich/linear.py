"""Ranges as plain tuples, asked one after the other: what the fast ways must agree with."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from gatewatch.enrich.flatten import Spans, flatten
from gatewatch.enrich.ranges import Ranges

__all__ = [
    "HALF", "LAST", "Range", "looked_up", "probes", "range_lists", "scanned", "spans", "table",
    "unspans",
]  # fmt: skip

HALF = 1 << 64
LAST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
Range = tuple[int, int, int, int]
"""first, last, asn, country"""

# Ends meet at a few numbers, so that ranges nest, touch, cross and repeat; those around the
# signed and unsigned limits of each half are among them.
CORNERS = {
    4: [0, 1, 2, 255, 256, 1000, 1001, 1 << 31, (1 << 31) - 1, LAST[4] - 1, LAST[4]],
    6: [
        0, 1, 2, 255, HALF - 1, HALF, HALF + 1, (HALF << 1) - 1, HALF >> 1, (HALF >> 1) - 1,
        0x20010DB8 << 96, (0x20010DB8 << 96) + 7, (0x20010DB8 << 96) + HALF,
        (1 << 127) - 1, 1 << 127, (1 << 127) + HALF, LAST[6] - HALF, LAST[6] - 1, LAST[6],
    ],
}  # fmt: skip


def spans(ranges: Sequence[Range]) -> Spans:
    """Ranges as columns."""
    halves = [[number >> 64, number % HALF] for pair in ranges for number in pair[:2]]
    table = np.array(halves, dtype=np.uint64).reshape(-1, 4)
    first_high, first_low, last_high, last_low = table.T.copy()
    asn = np.array([one[2] for one in ranges], dtype=np.int64)
    country = np.array([one[3] for one in ranges], dtype=np.int32)
    return Spans(first_high, first_low, last_high, last_low, asn, country)


def unspans(flat: Spans) -> list[Range]:
    """Columns as ranges."""
    columns = [column.tolist() for column in flat]
    return [
        (fh * HALF + fl, lh * HALF + ll, asn, country)
        for fh, fl, lh, ll, asn, country in zip(*columns, strict=True)
    ]


def scanned(ranges: Sequence[Range], address: int) -> tuple[int, int]:
    """What the shortest range around the address says, of equally short ones the last."""
    best, found = None, (0, 0)
    for first, last, asn, country in ranges:
        if first <= address <= last and (best is None or last - first <= best):
            best, found = last - first, (asn, country)
    return found


def looked_up(tables: Ranges, family: int, addresses: Sequence[int]) -> list[tuple[int, int]]:
    """(asn, country) of each address."""
    if family == 4:
        found = tables.lookup4(np.array(addresses, dtype=np.int64))
    else:
        high, low = (
            np.array(half, dtype=np.uint64).view(np.int64)
            for half in ([one >> 64 for one in addresses], [one % HALF for one in addresses])
        )
        found = tables.lookup6(high, low)
    return list(zip(found[0].tolist(), found[1].tolist(), strict=True))


def table(family: int, ranges: Sequence[Range]) -> tuple[Spans, Spans]:
    """A table that knows one family only."""
    both = {4: spans([]), 6: spans([])}
    both[family] = flatten(spans(ranges))
    return both[4], both[6]


@st.composite
def range_lists(draw: st.DrawFn, family: int) -> list[Range]:
    """Up to a dozen ranges that often meet, nest and cross."""
    number = st.one_of(
        st.sampled_from(CORNERS[family]), st.integers(0, LAST[family]), st.integers(0, 40)
    )
    told = st.tuples(st.integers(0, 3), st.integers(0, 2)).filter(any)
    found = []
    for one, other in draw(st.lists(st.tuples(number, number), max_size=12)):
        found.append((min(one, other), max(one, other), *draw(told)))
    return found


def probes(family: int, ranges: Sequence[Range]) -> list[int]:
    """Addresses worth asking for: every end, its neighbours, and the corners."""
    near = [end + step for one in ranges for end in one[:2] for step in (-1, 0, 1)]
    return [one for one in near + CORNERS[family] if 0 <= one <= LAST[family]]
