"""Group commit: what sessions have to say is written by one thread, as much at once as there is.

A session submits its changes and is told when they are durable; only then is its device answered.
While one commit reaches the disk, the next ones gather: the busier the ACS, the fewer commits a
session costs. `room` bounds what may wait; `full` is when to send new devices away (503).
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gatewatch.acs.state.changes import Change
from gatewatch.acs.state.interface import State
from gatewatch.model.errors import GatewatchError, StateUnusable

__all__ = ["Done", "Journal"]

Done = Callable[[list[Any] | None], None]
"""Is given what each change gives; None: nothing was written."""
_BATCH = 2000
_GATHER_S = 0.005
"""So long the first of a commit waits for others: a twentieth of what a device's line takes, and
under load a tenth of the commits (docs/decisions/0024)."""


class _Entry(NamedTuple):
    changes: Sequence[Change]
    done: Done


class Journal:
    """The one writer of a process. Use from the thread of `loop`."""

    def __init__(
        self,
        state: State,
        loop: asyncio.AbstractEventLoop,
        *,
        room: int = 5000,
        failed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`failed` is told, in the loop, why something could not be written."""
        self._state, self._loop, self._failed = state, loop, failed
        self._room = room
        self._waiting: deque[_Entry] = deque()
        self._bell = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._write, name="acs journal", daemon=True)
        self._thread.start()

    @property
    def full(self) -> bool:
        """More waits than should."""
        return len(self._waiting) >= self._room

    def submit(self, changes: Sequence[Change], done: Done) -> None:
        """Writes `changes`, all or none; `done` is called in the loop when they are durable."""
        with self._bell:
            self._waiting.append(_Entry(changes, done))
            self._bell.notify()

    def close(self) -> None:
        """Writes what waits, then ends."""
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._thread.join()

    def _write(self) -> None:
        while True:
            with self._bell:
                while not self._waiting and not self._stopping:
                    self._bell.wait()
            if not self._stopping:
                time.sleep(_GATHER_S)
            with self._bell:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
            if not batch:
                return
            results = self._applied(batch)
            try:
                self._loop.call_soon_threadsafe(_tell, batch, results)
            except RuntimeError:  # the loop has ended, and nobody waits for an answer
                return

    def _applied(self, batch: list[_Entry]) -> list[list[Any] | None]:
        try:
            given = self._state.apply([change for entry in batch for change in entry.changes])
        except Exception as error:  # noqa: BLE001 - whatever it is, no device may be answered
            return self._one_by_one(batch, error)
        results: list[list[Any] | None] = []
        place = 0
        for entry in batch:
            results.append(given[place : place + len(entry.changes)])
            place += len(entry.changes)
        return results

    def _one_by_one(self, batch: list[_Entry], error: Exception) -> list[list[Any] | None]:
        """One device's odd word must not cost the others theirs; a full disk costs all."""
        if len(batch) == 1 or isinstance(error, StateUnusable):
            why = str(error) if isinstance(error, GatewatchError) else repr(error)
            self._loop.call_soon_threadsafe(self._failed, why)
            return [None] * len(batch)
        return [self._applied([entry])[0] for entry in batch]


def _tell(batch: list[_Entry], results: list[list[Any] | None]) -> None:
    for entry, result in zip(batch, results, strict=True):
        entry.done(result)
