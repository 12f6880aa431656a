"""A token bucket that never catches up.

A pause (a busy machine, a suspended laptop) is not followed by a burst, since at most 20 ms
worth of probes is ever saved up. The clock is handed in: every method takes "now" in seconds.
"""

__all__ = ["TokenBucket"]

_DEPTH_S = 0.02


class TokenBucket:
    """Says how many probes may go now."""

    __slots__ = ("_at", "_tokens", "rate")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        """Probes a second; may be changed at any time."""
        self._at = now
        self._tokens = 0.0

    def take(self, most: int, now: float) -> int:
        """Takes up to `most` tokens; returns how many there were."""
        saved = self._tokens + max(0.0, now - self._at) * self.rate
        self._at = max(now, self._at)
        self._tokens = min(saved, max(1.0, self.rate * _DEPTH_S))
        taken = min(most, int(self._tokens))
        self._tokens -= taken
        return taken

    def give_back(self, count: int) -> None:
        """Returns tokens that were taken and not used."""
        self._tokens += count
