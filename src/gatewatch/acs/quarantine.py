"""Where strangers wait: how many are heard, in all and of one source.

A stranger's Inform is read within the usual limits, noted (at most 10,000 of them, a flood fills
no disk), answered by an InformResponse and a 204, and that is all that it ever gets. More than
the rate are sent away by 503 before their bytes are parsed.
"""

from collections import OrderedDict

__all__ = ["Rate"]


class Rate:
    """Token buckets: `burst` at once, `per_s` in the long run, for each key and for all keys."""

    def __init__(self, per_s: float, burst: int, *, all_per_s: float, keys: int = 10_000) -> None:
        """`keys` bounds the memory; the one longest unseen is forgotten, which only helps it."""
        self._per_s, self._burst = per_s, float(burst)
        self._all_per_s, self._all_burst = all_per_s, all_per_s * 2
        self._all = (self._all_burst, 0.0)
        self._keys = keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str, now: float) -> bool:
        """Takes one of the bucket of `key` and one of everybody's; False: one is empty."""
        filled, at = self._buckets.pop(key, (self._burst, now))
        filled = min(self._burst, filled + (now - at) * self._per_s)
        every, at = self._all
        every = min(self._all_burst, every + (now - at) * self._all_per_s)
        allowed = filled >= 1 and every >= 1
        self._buckets[key] = (filled - allowed, now)
        self._all = (every - allowed, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return allowed
