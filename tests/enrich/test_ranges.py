"""Flattening and look-ups agree with asking every range, one after the other."""

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.enrich.flatten import Spans, flatten
from gatewatch.enrich.ranges import Ranges

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
    halves = [[number >> 64, number % HALF] for pair in ranges for number in pair[:2]]
    table = np.array(halves, dtype=np.uint64).reshape(-1, 4)
    first_high, first_low, last_high, last_low = table.T.copy()
    asn = np.array([one[2] for one in ranges], dtype=np.int64)
    country = np.array([one[3] for one in ranges], dtype=np.int32)
    return Spans(first_high, first_low, last_high, last_low, asn, country)


def unspans(flat: Spans) -> list[Range]:
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
    both = {4: spans([]), 6: spans([])}
    both[family] = flatten(spans(ranges))
    return both[4], both[6]


@st.composite
def range_lists(draw: st.DrawFn, family: int) -> list[Range]:
    number = st.one_of(
        st.sampled_from(CORNERS[family]), st.integers(0, LAST[family]), st.integers(0, 40)
    )
    told = st.tuples(st.integers(0, 3), st.integers(0, 2)).filter(any)
    found = []
    for one, other in draw(st.lists(st.tuples(number, number), max_size=12)):
        found.append((min(one, other), max(one, other), *draw(told)))
    return found


def probes(family: int, ranges: Sequence[Range]) -> list[int]:
    """Every end and its neighbours, and the corners."""
    near = [end + step for one in ranges for end in one[:2] for step in (-1, 0, 1)]
    return [one for one in near + CORNERS[family] if 0 <= one <= LAST[family]]


@pytest.mark.parametrize("family", [4, 6])
@given(data=st.data())
def test_a_look_up_agrees_with_a_linear_scan(family: int, data: st.DataObject) -> None:
    ranges = data.draw(range_lists(family))
    addresses = data.draw(st.permutations(probes(family, ranges)))
    expected = [scanned(ranges, address) for address in addresses]
    assert looked_up(Ranges([table(family, ranges)]), family, addresses) == expected


@pytest.mark.parametrize("family", [4, 6])
@given(data=st.data())
@settings(max_examples=60)
def test_what_one_table_does_not_know_the_next_one_answers(
    family: int, data: st.DataObject
) -> None:
    lists = data.draw(st.lists(range_lists(family), min_size=2, max_size=3))
    addresses = sorted(set(probes(family, list(chain(*lists)))))
    expected = []
    for address in addresses:
        said = [scanned(ranges, address) for ranges in lists]
        expected.append((next((a for a, _ in said if a), 0), next((c for _, c in said if c), 0)))
    tables = Ranges([table(family, ranges) for ranges in lists])
    assert looked_up(tables, family, addresses) == expected


@pytest.mark.parametrize("family", [4, 6])
@given(data=st.data())
def test_flat_ranges_are_sorted_disjoint_and_as_few_as_can_be(
    family: int, data: st.DataObject
) -> None:
    flat = unspans(flatten(spans(data.draw(range_lists(family)))))
    assert all(first <= last for first, last, _, _ in flat)
    for (_, end, *told), (start, _, *told_next) in pairwise(flat):
        assert end < start
        assert end + 1 < start or told != told_next
    assert unspans(flatten(spans(flat))) == flat


def test_the_shortest_range_wins_and_neighbours_become_one() -> None:
    nested = [(0, 99, 1, 1), (10, 19, 2, 1), (12, 12, 3, 1), (20, 29, 2, 1), (100, 200, 1, 1)]
    assert unspans(flatten(spans(nested))) == [
        (0, 9, 1, 1), (10, 11, 2, 1), (12, 12, 3, 1), (13, 29, 2, 1), (30, 200, 1, 1),
    ]  # fmt: skip


def test_of_two_equally_short_ranges_the_later_one_wins() -> None:
    assert unspans(flatten(spans([(5, 9, 1, 1), (5, 9, 2, 2)]))) == [(5, 9, 2, 2)]


def test_the_whole_of_ipv6_is_one_range() -> None:
    everything = (0, LAST[6], 7, 7)
    assert unspans(flatten(spans([everything]))) == [everything]
    asked = looked_up(Ranges([table(6, [everything])]), 6, [0, HALF, 1 << 127, LAST[6]])
    assert asked == [(7, 7)] * 4


def test_ten_thousand_ranges_around_one_address_take_no_time() -> None:
    """A hostile file cannot make flattening quadratic: nested, they have 20,000 ends."""
    nested = [(number, 40_000 - number, number + 1, 1) for number in range(10_000)]
    assert len(flatten(spans(nested)).asn) == 2 * len(nested) - 1


def test_many_ranges_within_one_64_are_told_apart() -> None:
    prefix = 0x20010DB8 << 96
    ranges = [(prefix + 2 * n, prefix + 2 * n, n + 1, 0) for n in range(1000)]
    addresses = [prefix + n for n in range(2000)]
    expected = [(n // 2 + 1 if n % 2 == 0 else 0, 0) for n in range(2000)]
    tables = Ranges([table(6, ranges)])
    assert looked_up(tables, 6, addresses) == expected
    assert looked_up(tables, 6, addresses[::-1]) == expected[::-1]


def test_nothing_in_nothing_out() -> None:
    tables = Ranges([table(4, [])])
    assert looked_up(tables, 4, []) == looked_up(tables, 6, []) == []
    assert looked_up(tables, 4, [0, LAST[4]]) == looked_up(tables, 6, [0, LAST[6]]) == [(0, 0)] * 2


def test_the_store_asks_for_both_families_in_one_way() -> None:
    tables = Ranges([(flatten(spans([(1, 1, 4, 0)])), flatten(spans([(LAST[6], LAST[6], 6, 0)])))])
    ones = np.array([-1], dtype=np.int64)
    assert tables.locate(ones, ones, 6)[0].tolist() == [6]
    assert tables.locate(ones * 0, ones * 0 + 1, 4)[0].tolist() == [4]
