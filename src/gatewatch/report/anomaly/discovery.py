"""Many tests at once: which of them to believe.

Benjamini and Hochberg (1995): of what is reported at level q, a share q is false on average,
however many tests were made, also when they depend on each other positively (Benjamini and
Yekutieli, 2001).
"""

import math
from collections.abc import Sequence

__all__ = ["p_value", "q_values", "spread_beyond"]


def q_values(p_values: Sequence[float], tests: int = 0) -> list[float]:
    """For each test the lowest false-discovery rate at which it is reported.

    `tests` is how many were made when those with the largest p are not among `p_values`.
    """
    made = max(tests, len(p_values))
    order = sorted(range(len(p_values)), key=lambda place: p_values[place], reverse=True)
    adjusted, lowest = [1.0] * len(p_values), 1.0
    for rank, place in zip(range(len(order), 0, -1), order, strict=True):
        lowest = min(lowest, p_values[place] * made / rank)
        adjusted[place] = lowest
    return adjusted


def p_value(z: float) -> float:
    """How often chance alone is at least so far from the middle, in either direction."""
    return math.erfc(abs(z) / math.sqrt(2))


def spread_beyond(values: Sequence[float], variances: Sequence[float]) -> float:
    """The variance of `values` that their own sampling `variances` do not explain, at least 0.

    Robust: the median absolute deviation, so that the outliers that are looked for do not hide
    themselves.
    """
    if len(values) < 8:
        return 0.0
    middle = _median(values)
    deviation = 1.4826 * _median([abs(value - middle) for value in values])
    return max(deviation**2 - _median(variances), 0.0)


def _median(values: Sequence[float]) -> float:
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
