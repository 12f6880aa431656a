"""Exclusions while a scan runs: the files are looked at again four times a second.

Whoever asks to be left out is left out within a second. While a file is missing or a line of it
cannot be read nobody is asked at all: an opt-out that was mistyped is still an opt-out.
"""

from collections.abc import Sequence
from pathlib import Path

from gatewatch.model.address import Address
from gatewatch.model.errors import GatewatchError
from gatewatch.scan.exclusions import read_exclusions
from gatewatch.scan.ranges import Targets

__all__ = ["LiveExclusions"]

_EVERY_S = 0.25


class LiveExclusions:
    """The union of `files`, as they are now."""

    def __init__(self, files: Sequence[Path], now: float) -> None:
        self.problem: str | None = None
        """Why nobody may be asked now."""
        self._files = files
        self._state: object = None
        self._targets = Targets.of(())
        self._next = now
        self.version = 0
        """Grows whenever they change."""
        self.look(now)

    def look(self, now: float) -> None:
        """Looks at the files, if it is time to."""
        if now < self._next:
            return
        self._next = now + _EVERY_S
        state = [_state(path) for path in self._files]
        if state == self._state:
            return
        self._state = state
        try:
            self._targets = Targets.union(read_exclusions(path).targets for path in self._files)
        except GatewatchError as error:
            self.problem = str(error)
            return
        self.problem = None
        self.version += 1

    def left_of(self, targets: Targets) -> Targets:
        """`targets` without those who are excluded."""
        return targets.without(self._targets)

    def holds(self, address: Address) -> bool:
        """Whether `address` is excluded."""
        ranges = self._targets.v4 if address.high is None else self._targets.v6
        return ranges.position(address.number) is not None


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
