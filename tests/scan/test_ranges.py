from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.address import parse_network
from gatewatch.scan.ranges import Ranges, Targets

_TOP = 300
_SPANS = st.lists(
    st.tuples(st.integers(0, _TOP), st.integers(0, 40)).map(lambda pair: (pair[0], sum(pair))),
    max_size=12,
)


def members(spans: list[tuple[int, int]]) -> list[int]:
    return sorted({number for first, last in spans for number in range(first, last + 1)})


@pytest.mark.parametrize("version", [4, 6])
@given(spans=_SPANS)
def test_a_set_numbers_its_members_in_order(version: int, spans: list[tuple[int, int]]) -> None:
    ranges, wanted = Ranges(version, spans), members(spans)
    assert ranges.size == len(wanted)
    assert [ranges.at(place) for place in range(ranges.size)] == wanted
    assert [ranges.position(number) for number in wanted] == list(range(len(wanted)))


@given(_SPANS, st.integers(0, _TOP + 50))
def test_below_counts_the_smaller_members(spans: list[tuple[int, int]], number: int) -> None:
    assert Ranges(4, spans).below(number) == sum(1 for one in members(spans) if one < number)


@given(_SPANS, st.integers(0, _TOP + 50))
def test_position_is_none_outside(spans: list[tuple[int, int]], number: int) -> None:
    assert (Ranges(4, spans).position(number) is None) == (number not in members(spans))


@given(_SPANS, _SPANS)
def test_without_is_set_difference(
    spans: list[tuple[int, int]], holes: list[tuple[int, int]]
) -> None:
    left = Ranges(4, spans).without(Ranges(4, holes))
    assert [left.at(place) for place in range(left.size)] == sorted(
        set(members(spans)) - set(members(holes))
    )


@given(_SPANS)
def test_ranges_are_ascending_and_never_touch(spans: list[tuple[int, int]]) -> None:
    pairs = list(Ranges(4, spans))
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(pairs))


def test_all_of_ipv4_and_of_ipv6_fit() -> None:
    everything = Targets.of([parse_network("0.0.0.0/0"), parse_network("::/0")])
    assert everything.size == 2**32 + 2**128
    assert everything.v6.at(2**128 - 1) == 2**128 - 1


def test_targets_keep_the_families_apart() -> None:
    targets = Targets.of([parse_network("0.0.0.1"), parse_network("::2")])
    assert (targets.v4.at(0), targets.v6.at(0)) == (1, 2)
    assert targets.without(Targets.of([parse_network("0.0.0.1")])).v4.size == 0
    assert targets.without(Targets.of([parse_network("::1")])).size == 2
