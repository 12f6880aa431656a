"""Nested ranges become sorted and disjoint ones."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.enrich.linear import LAST, range_lists, spans, unspans

from gatewatch.enrich.flatten import flatten


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


def test_ten_thousand_ranges_around_one_address_take_no_time() -> None:
    """A hostile file cannot make flattening quadratic: nested, they have 20,000 ends."""
    nested = [(number, 40_000 - number, number + 1, 1) for number in range(10_000)]
    assert len(flatten(spans(nested)).asn) == 2 * len(nested) - 1


def test_the_whole_of_ipv6_is_one_range() -> None:
    everything = (0, LAST[6], 7, 7)
    assert unspans(flatten(spans([everything]))) == [everything]
    inside = (LAST[6], LAST[6], 8, 8)
    assert unspans(flatten(spans([everything, inside]))) == [(0, LAST[6] - 1, 7, 7), inside]
