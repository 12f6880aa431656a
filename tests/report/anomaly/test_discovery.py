"""False discoveries are controlled as published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.report.anomaly.discovery import p_value, q_values, spread_beyond

# The fifteen p-values of Benjamini and Hochberg (1995), section 3.2: at 0.05 four are rejected.
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_the_published_example_rejects_four() -> None:
    q = q_values(PUBLISHED)
    assert sum(one <= 0.05 for one in q) == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_q_values_keep_the_order_and_are_no_smaller_than_p(
    p_values: list[float],
) -> None:
    q = q_values(p_values)
    assert all(one >= p - 1e-12 for one, p in zip(q, p_values, strict=True))
    ranked = sorted(zip(p_values, q, strict=True))
    assert [one for _, one in ranked] == sorted(one for _, one in ranked)


def test_tests_that_are_not_listed_count() -> None:
    assert q_values([0.01], tests=10) == [0.1]


@pytest.mark.parametrize(("z", "p"), [(0.0, 1.0), (1.959964, 0.05), (-2.575829, 0.01)])
def test_p_is_two_sided(z: float, p: float) -> None:
    assert p_value(z) == pytest.approx(p, abs=1e-6)


def test_spread_is_what_sampling_does_not_explain() -> None:
    values = [(-1) ** n * n / 10 for n in range(40)]
    assert spread_beyond(values, [1000.0] * 40) == 0.0
    alone = spread_beyond(values, [0.0] * 40)
    assert spread_beyond(values, [0.5] * 40) == pytest.approx(alone - 0.5)
    # A tenth of wild values does not hide itself.
    assert spread_beyond([*values[:36], 1e6, 1e6, 1e6, 1e6], [0.0] * 40) < 2 * alone
    assert spread_beyond([1.0, 9.0], [0.0, 0.0]) == 0.0
