"""Look-ups agree with asking every range, one after the other."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.enrich.linear import HALF, LAST, looked_up, probes, range_lists, scanned, spans, table

from gatewatch.enrich.flatten import flatten
from gatewatch.enrich.ranges import Ranges


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


def test_the_last_address_of_ipv6_is_found() -> None:
    everything = (0, LAST[6], 7, 7)
    asked = looked_up(Ranges([table(6, [everything])]), 6, [0, HALF, 1 << 127, LAST[6]])
    assert asked == [(7, 7)] * 4


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
