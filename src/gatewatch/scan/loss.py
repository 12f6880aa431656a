"""How many answers are lost on the way, estimated from the scan itself.

Two estimates, both without a packet that would not be sent anyway or is not worth it:
- of the addresses that did not answer, one in a hundred is asked a second time, twenty seconds
  later; those that answer then were missed the first time (capture and recapture);
- canaries are addresses of this scope that answered in the last snapshot. They come up in the
  order like any other, spread evenly over the scan. When their share that answers falls, our
  line, or somebody's on the way, is full: the rate is halved.
"""

from collections import deque

__all__ = ["Canaries", "second_look"]

_SECOND_LOOKS = 100
_WINDOW = 50
_FALL = 0.6
_SLOWEST = 1 / 16


def second_look(turn: int) -> bool:
    """Whether `turn`, if it is silent, is asked again: one in a hundred, spread evenly."""
    return turn * 2_654_435_761 % (1 << 32) < (1 << 32) // _SECOND_LOOKS


class Canaries:
    """Watches the addresses that are known to answer."""

    def __init__(self, turns: frozenset[int]) -> None:
        self._turns = turns
        self._window: deque[bool] = deque(maxlen=_WINDOW)
        self._usual: float | None = None
        self.pace = 1.0
        """What the rate is multiplied with."""

    def saw(self, turn: int, *, answered: bool) -> bool:
        """Counts the end of `turn`; returns whether the rate has just been halved."""
        if turn not in self._turns:
            return False
        self._window.append(answered)
        if len(self._window) < _WINDOW:
            return False
        share = sum(self._window) / _WINDOW
        if self._usual is None:
            self._usual = share
            return False
        if share >= _FALL * self._usual or self.pace <= _SLOWEST:
            return False
        self.pace /= 2
        self._window.clear()
        return True
