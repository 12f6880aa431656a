"""Intervals are Wilson's, hold what they promise, and vanish when all was asked."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.test_snapshot import INFO

from gatewatch.model.errors import BadArguments
from gatewatch.report.sampling import asked_in, count_estimate, sampled_share, share_estimate


@pytest.mark.parametrize(
    ("part", "base", "low", "high"),
    [
        # Wilson intervals as printed in Newcombe (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_of_a_tiny_sample_are_those_of_the_literature(
    part: int, base: int, low: float, high: float
) -> None:
    estimate = share_estimate(part, base, 1e-12)
    assert estimate.low == pytest.approx(low, abs=5e-5)
    assert estimate.high == pytest.approx(high, abs=5e-5)


def test_all_asked_leaves_no_doubt() -> None:
    assert share_estimate(3, 10) == (0.3, 0.3, 0.3)
    assert count_estimate(3, 10, 1.0) == (3, 3, 3)


@given(st.integers(0, 500), st.integers(0, 5000), st.floats(1e-6, 1.0))
def test_an_estimate_lies_within_its_interval_and_above_what_was_seen(
    found: int, more: int, sampled: float
) -> None:
    estimate = count_estimate(found, found + more, sampled)
    assert estimate.low <= estimate.value + 1e-6
    assert estimate.value <= estimate.high + 1e-6
    assert estimate.low >= found


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    chance = Random(5)
    whole, there, asked = 4000, 300, 800
    marked = [1] * there + [0] * (whole - there)
    held = 0
    for _ in range(600):
        found = sum(chance.sample(marked, asked))
        estimate = count_estimate(found, asked, asked / whole)
        held += estimate.low <= there <= estimate.high
    assert 0.92 <= held / 600 <= 0.98


def test_a_larger_part_of_the_whole_leaves_less_doubt() -> None:
    narrow, wide = share_estimate(30, 100, 0.9), share_estimate(30, 100, 0.01)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_samples_of_different_shares_do_not_add_up() -> None:
    tenth = replace(INFO, sampled=0.1)
    assert sampled_share([tenth, tenth]) == 0.1
    assert asked_in([tenth, tenth]) == 2 * (4 + 7)
    with pytest.raises(BadArguments, match="different shares of their scope"):
        sampled_share([tenth, INFO])
