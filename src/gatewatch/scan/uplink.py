"""Whether our own line is up: silence from everybody is no fact about anybody.

Addresses that did not answer are held back until somebody answers, since until then they may be
unasked. The line counts as lost when nobody has answered for five seconds while, by the share of
answers so far, more than twenty were due; then those held back are asked again. A few probes a
second, at least one and at most ten, find out whether it is back.
"""

from collections import deque

from gatewatch.scan.probe import Probe, Result

__all__ = ["GIVE_UP_S", "Uplink"]

_SILENCE_S = 5.0
_EXPECTED = 20.0
# What is held back when few answer; beyond that silence says nothing.
_HELD_MOST = 200_000
_TRY_EVERY_S = (0.1, 1.0)
_GOLDEN = 0.6180339887498949
GIVE_UP_S = 600.0


class Uplink:
    """Watches what comes back; times are seconds of one clock."""

    def __init__(self, now: float, timeout: float) -> None:
        """`timeout` is how long an address may take to answer."""
        self.lost_at: float | None = None
        """Since when the line is lost."""
        self._heard_at = now
        self._held: list[Result] = []
        self._again: deque[Probe] = deque()
        self._results = self._answers = 0
        self._tried_at = now
        self._timeout = timeout
        self._doubtful_until = now

    def heard(self, now: float) -> list[Result]:
        """Somebody answered: returns the silent ones before, which count now."""
        self._results += 1
        self._answers += 1
        self._heard_at = now
        if self.lost_at is not None:
            # Those under way were sent while it was lost.
            self._doubtful_until = now + self._timeout
            self.lost_at = None
        held, self._held = self._held, []
        return held

    def silent(self, result: Result, now: float) -> list[Result]:
        """Nobody answered `result`'s probe: returns the silent ones that count all the same."""
        if self.lost_at is not None or now < self._doubtful_until:
            self._again.append(result.probe)
            return []
        self._results += 1
        self._held.append(result)
        expected = len(self._held) * self._answers / self._results
        if expected > _EXPECTED and now - self._heard_at >= _SILENCE_S:
            self.lost_at = now
            self._again.extend(one.probe for one in self._held)
            self._held = []
        elif len(self._held) > _HELD_MOST or (expected <= 1 and len(self._held) > 100):
            held, self._held = self._held, []
            return held
        return []

    def settle(self) -> list[Result]:
        """The end: what is still held back."""
        held, self._held = self._held, []
        return held

    def given_up(self, now: float) -> bool:
        """Whether the line has been lost for so long that the scan should end."""
        return self.lost_at is not None and now - self.lost_at > GIVE_UP_S

    def again(self, now: float) -> Probe | None:
        """An address to ask again: any once the line is back, few until then."""
        if not self._again:
            return None
        if self.lost_at is not None:
            if now - self._tried_at < self._patience():
                return None
            self._tried_at = now
            # First come those that were asked before the line was lost and never answer.
            self._again.rotate(int(len(self._again) * _GOLDEN))
        return self._again.popleft()

    @property
    def waiting(self) -> int:
        """Addresses to be asked again."""
        return len(self._again)

    def _patience(self) -> float:
        """Seconds between two tries: the fewer answer, the more must be asked to hear one."""
        least, most = _TRY_EVERY_S
        return min(most, max(least, self._answers / max(1, self._results)))
