"""The networks of a list hold exactly its addresses, as few as there can be."""

import ipaddress
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.export.cidrs import entries
from gatewatch.model.address import address_of

# Close together, so that runs and gaps of all lengths come, at both ends and in the middle.
FOUR = st.sets(st.integers(0, 70) | st.integers(2**32 - 70, 2**32 - 1), max_size=120)
SIX = st.sets(
    st.integers(0, 70) | st.integers(2**63 - 40, 2**63 + 40) | st.integers(2**128 - 70, 2**128 - 1),
    max_size=120,
)


def made(four: Iterable[int], six: Iterable[int]) -> list[str]:
    addresses = [address_of(one, 4) for one in sorted(four)]
    return list(entries([*addresses, *(address_of(one, 6) for one in sorted(six))]))


@given(FOUR, SIX)
def test_they_are_those_of_a_naive_model(four: set[int], six: set[int]) -> None:
    naive = [
        *ipaddress.collapse_addresses(ipaddress.IPv4Network(one) for one in four),
        *ipaddress.collapse_addresses(ipaddress.IPv6Network(one) for one in six),
    ]
    assert made(four, six) == [str(one) for one in naive]


@given(FOUR)
def test_they_hold_these_addresses_and_no_other(four: set[int]) -> None:
    networks = [ipaddress.IPv4Network(one) for one in made(four, ())]
    assert sum(one.num_addresses for one in networks) == len(four)
    assert {int(address) for one in networks for address in one} == four


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (range(256), ["0.0.0.0/24"]),
        (range(1, 8), ["0.0.0.1/32", "0.0.0.2/31", "0.0.0.4/30"]),
        ([], []),
    ],
)
def test_runs_become_blocks(numbers: Iterable[int], expected: list[str]) -> None:
    assert made(numbers, ()) == expected
