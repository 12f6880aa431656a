import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.scan.rate import TokenBucket


def test_tokens_come_at_the_rate() -> None:
    bucket = TokenBucket(1000, 0.0)
    taken = sum(bucket.take(10_000, step / 1000) for step in range(1, 1001))
    assert taken == pytest.approx(1000, abs=1)


def test_a_pause_is_not_caught_up() -> None:
    bucket = TokenBucket(1000, 0.0)
    assert bucket.take(10_000, 60.0) == 20


def test_a_slow_rate_still_gives_one() -> None:
    bucket = TokenBucket(0.5, 0.0)
    assert bucket.take(5, 1.9) == 0
    assert bucket.take(5, 2.1) == 1
    assert bucket.take(5, 2.2) == 0


def test_no_more_is_taken_than_asked_for_and_the_rest_waits() -> None:
    bucket = TokenBucket(1000, 0.0)
    assert bucket.take(3, 0.01) == 3
    assert bucket.take(10, 0.01) == 7


def test_what_is_given_back_can_be_taken_again() -> None:
    bucket = TokenBucket(1000, 0.0)
    assert bucket.take(10, 0.01) == 10
    bucket.give_back(4)
    assert bucket.take(10, 0.01) == 4


def test_a_new_rate_takes_effect_at_once() -> None:
    bucket = TokenBucket(1000, 0.0)
    bucket.take(1000, 1.0)
    bucket.rate = 100
    assert bucket.take(1000, 1.02) == 2


@given(
    st.floats(0.1, 100_000),
    st.lists(st.floats(-1, 5, allow_nan=False), min_size=1, max_size=60),
)
def test_in_no_time_does_it_give_more_than_rate_and_depth(rate: float, steps: list[float]) -> None:
    """Also when the clock stands still or goes back."""
    now, highest, taken = 0.0, 0.0, 0
    bucket = TokenBucket(rate, 0.0)
    for step in steps:
        now += step
        highest = max(highest, now)
        taken += bucket.take(10**9, now)
        assert taken <= highest * rate + max(1.0, rate * 0.02) + 1e-6
