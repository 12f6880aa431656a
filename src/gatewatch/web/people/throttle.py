"""Who guesses passwords waits: longer with each failure, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

__all__ = ["Throttle"]

_LONGEST_S = 300.0
_FORGOTTEN_S = 3600.0


class Throttle:
    """Failures by key; after `free` of them the next try has to wait, twice as long each time."""

    def __init__(
        self, free: int, most: int = 10_000, clock: Callable[[], float] = monotonic
    ) -> None:
        self._free, self._most, self._clock = free, most, clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str) -> int:
        """So many seconds until the next try; 0: now."""
        with self._lock:
            count, last = self._failures.get(key, (0, 0.0))
        if count < self._free:
            return 0
        pause = min(2.0 ** min(count - self._free, 16), _LONGEST_S)
        return max(ceil(last + pause - self._clock()), 0)

    def failed(self, key: str) -> None:
        """One more failure; when there are too many keys, the oldest is forgotten."""
        now = self._clock()
        with self._lock:
            count, last = self._failures.pop(key, (0, now))
            count = 0 if now - last > _FORGOTTEN_S else count
            self._failures[key] = (count + 1, now)
            while len(self._failures) > self._most:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Its failures are forgotten."""
        with self._lock:
            self._failures.pop(key, None)
