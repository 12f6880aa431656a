import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.moment import SECOND
from gatewatch.watch.confidence import WINDOW, confidence, lasting_share, prefix_factor, stays

FAR = float("inf")
gaps = st.integers(0, WINDOW)
shares = st.floats(0, 1)


@given(gaps, gaps, shares)
def test_it_never_rises_with_the_gap(one: int, other: int, lasting: float) -> None:
    near, far = sorted((one, other))
    assert stays(near, lasting) >= stays(far, lasting)


@given(gaps, gaps, gaps, shares, shares)
def test_it_is_a_probability(gap: int, person: int, both: int, lasting: float, of: float) -> None:
    found = confidence(gap, person, both, lasting=lasting, factor=of)
    assert 0 <= found <= 1


@given(gaps, gaps, shares)
def test_evidence_on_the_other_side_never_takes_away(gap: int, span: int, lasting: float) -> None:
    alone = confidence(gap, FAR, FAR, lasting=lasting, factor=1.0)
    assert confidence(gap, span, FAR, lasting=lasting, factor=1.0) >= alone
    assert confidence(gap, FAR, span, lasting=lasting, factor=1.0) >= alone


def test_no_gap_is_certain() -> None:
    assert stays(0) == 1


def test_a_day_later_only_those_that_last_are_left() -> None:
    day = 86_400 * SECOND
    assert stays(day, 0.0) == 0
    assert 0.97 < stays(day, 1.0) < 1


def test_a_network_shows_its_habit() -> None:
    assert lasting_share(0, 0) == 0.5
    assert lasting_share(0, 200) < 0.03
    assert lasting_share(200, 200) > 0.97


def test_prefixes_count_by_length() -> None:
    home = np.array([0x20010DB800010000], dtype=np.int64)
    other = home ^ np.array([0, 0xF, 0xFF, 0xFFFF, 0x10000], dtype=np.int64)
    assert prefix_factor(np.repeat(home, 5), other).tolist() == [0.95, 0.8, 0.6, 0.3, 0.0]


def test_the_sign_bit_of_a_half_is_a_bit_like_others() -> None:
    high = np.array([-(2**63)], dtype=np.int64)
    assert prefix_factor(high, np.array([0], dtype=np.int64)).tolist() == [0.0]
