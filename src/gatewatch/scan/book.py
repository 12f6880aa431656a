"""The book of one process of a scan: what was asked and what came of it, safe from `kill -9`.

Services go into the spool; of all others only their number is kept. Every second the spool is
made durable, and after it the checkpoint: how far the spool counts, the turn below which all are
done, those done above it, and the counts. So nothing that was told is ever lost; what a crash
forgets is at most a second of silent addresses and those under way, which are asked again. A
service whose record reached the disk is never asked again, checkpoint or not.
"""

import base64
import fcntl
import json
import os
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gatewatch.model.errors import OutputUnwritable, ScanDamaged
from gatewatch.model.observation import Observation, Outcome, Spoke, Unanswered
from gatewatch.scan.files import replace_file
from gatewatch.scan.spool import Kind, frame, read_spool

__all__ = ["CHECKPOINT", "SPOOL", "Book", "is_open", "read_checkpoint"]

SPOOL = "answers.spool"
CHECKPOINT = "checkpoint.json"
_EVERY_S = 1.0
_EVERY_RECORDS = 1000
_BUFFER = 256 * 1024
# A process that lost its parent ends within moments; its successor waits for it.
_LOCK_PATIENCE_S = 10.0


class Book:
    """Opens the book in `folder`, or begins it; `size` is the number of turns.

    Raises ScanDamaged when what is there cannot be read, OutputUnwritable when it cannot be
    written, also by `checkpoint`.
    """

    def __init__(
        self, folder: Path, size: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.size = size
        self.low = 0
        """All turns below are done."""
        self.silent: Counter[Outcome] = Counter()
        """Addresses that are no service, by outcome."""
        self.services: Counter[Outcome] = Counter()
        self.spoke: Counter[Spoke] = Counter()
        self.skipped: Counter[str] = Counter()
        """Addresses that were not asked, by reason."""
        self.again: dict[int, Observation | None] = {}
        """Turns to be asked a second time, with their first record if there is one."""
        self.numbers: Counter[str] = Counter()
        """Whatever else is counted over all runs."""
        self.left_alone: dict[int, str] = {}
        """Networks (as `Shard.stratum` numbers them) that are asked no more, with the reason."""
        self._above: set[int] = set()
        self._folder = folder
        self._clock = clock
        self._buffer = bytearray()
        self._pending = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder / SPOOL, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._handle = handle
            _lock(handle, folder)
            self._recover()
        except OSError as error:
            raise _unwritable(folder, error) from error
        self._written = clock()

    def done(self, turn: int) -> bool:
        """Whether the end of `turn` is known, for now or for good."""
        return turn < self.low or turn in self._above

    def done_turns(self) -> Iterator[int]:
        """Every turn that is done."""
        yield from range(self.low)
        yield from self._above

    def open_turns(self) -> Iterator[int]:
        """Every turn that is not done, ascending."""
        return (turn for turn in range(self.low, self.size) if not self.done(turn))

    @property
    def complete(self) -> bool:
        """Whether every turn has come to its end."""
        return self.low == self.size and not self.again

    @property
    def finished(self) -> int:
        """Turns that have come to an end."""
        return self.low + len(self._above) - len(self.again)

    def enter(self, turn: int, record: Observation | Unanswered, *, again: bool = False) -> None:
        """Notes what came of `turn`; with `again` it will be asked a second time."""
        second = turn in self.again
        first = self.again.pop(turn, None)
        if isinstance(record, Observation):
            self._forget(first, second=second)
            self.services[record.answer.outcome] += 1
            self.spoke[record.answer.spoke] += 1
            kind = Kind.SECOND if second else Kind.FIRST if again else Kind.ONLY
            self._buffer += frame(turn, kind, record)
            self._pending += 1
        elif not second:
            self.silent[record.outcome] += 1
        if again:
            self.again[turn] = record if isinstance(record, Observation) else None
        self._mark(turn)

    def skip(self, turn: int, reason: str) -> None:
        """Notes that `turn` is not asked, and why."""
        self.skipped[reason] += 1
        self._mark(turn)

    def tick(self) -> None:
        """Writes when it is time to."""
        late = self._clock() - self._written >= _EVERY_S
        if late or self._pending >= _EVERY_RECORDS:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Makes everything noted so far durable."""
        try:
            self._flush()
            os.fdatasync(self._handle)
            replace_file(self._folder / CHECKPOINT, json.dumps(self._state()).encode())
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        self._pending = 0
        self._written = self._clock()

    def close(self) -> None:
        """Gives the book back to whoever wants it next."""
        os.close(self._handle)

    def _flush(self) -> None:
        while self._buffer:
            written = os.write(self._handle, self._buffer)
            del self._buffer[:written]

    def _forget(self, first: Observation | None, *, second: bool) -> None:
        """Takes out what the first of two records counted."""
        if first is not None:
            self.services[first.answer.outcome] -= 1
            self.spoke[first.answer.spoke] -= 1
        elif second:
            self.silent[Outcome.CONNECTION_TIMEOUT] -= 1

    def _mark(self, turn: int) -> None:
        if turn >= self.low:
            self._above.add(turn)
        while self.low in self._above:
            self._above.remove(self.low)
            self.low += 1

    def _state(self) -> dict[str, Any]:
        return {
            "format": 1,
            "size": self.size,
            "spool": os.lseek(self._handle, 0, os.SEEK_CUR),
            "low": self.low,
            "above": _packed(self._above, self.low),
            "finished": self.finished,
            "silent": dict(+self.silent),
            "services": dict(+self.services),
            "spoke": dict(+self.spoke),
            "skipped": dict(self.skipped),
            "again": list(self.again),
            "numbers": dict(self.numbers),
            "left_alone": list(self.left_alone.items()),
        }

    def _recover(self) -> None:
        """Takes up where the last process was cut off."""
        state = read_checkpoint(self._folder)
        offset = 0
        if state is not None:
            offset = self._take_up(state)
        length = os.lseek(self._handle, 0, os.SEEK_END)
        if length < offset:
            raise ScanDamaged(
                where=self._folder / SPOOL,
                what="is shorter than its checkpoint says",
                mend="restore it from a copy, or scan again",
            )
        self._take_up_firsts(offset)
        end = offset
        for entry in read_spool(self._folder / SPOOL, offset):
            again = entry.kind is Kind.FIRST
            if entry.turn >= self.size:
                break
            if entry.kind is not Kind.SECOND and self.done(entry.turn):
                end = entry.end
                continue
            self._retell(entry.turn, entry.seen, again=again)
            end = entry.end
        os.ftruncate(self._handle, end)
        os.lseek(self._handle, end, os.SEEK_SET)

    def _retell(self, turn: int, seen: Observation, *, again: bool) -> None:
        """Counts a record that the spool holds already."""
        self.enter(turn, seen, again=again)
        self._buffer.clear()
        self._pending = 0

    def _take_up(self, state: dict[str, Any]) -> int:
        self.low = state["low"]
        self._above = _unpacked(state["above"], self.low)
        self.silent = Counter({Outcome(name): n for name, n in state["silent"].items()})
        self.services = Counter({Outcome(name): n for name, n in state["services"].items()})
        self.spoke = Counter({Spoke(name): n for name, n in state["spoke"].items()})
        self.skipped = Counter(state["skipped"])
        self.numbers = Counter(state["numbers"])
        self.left_alone = dict(state["left_alone"])
        self.again = dict.fromkeys(state["again"])
        offset: int = state["spool"]
        return offset

    def _take_up_firsts(self, end: int) -> None:
        """Finds the first records of those that are to be asked again."""
        if self.again:
            for entry in read_spool(self._folder / SPOOL):
                if entry.end > end:
                    break
                if entry.turn in self.again and entry.kind is Kind.FIRST:
                    self.again[entry.turn] = entry.seen


def read_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The last checkpoint in `folder`, None before the first; raises ScanDamaged."""
    path = folder / CHECKPOINT
    try:
        state = json.loads(path.read_bytes())
        if state["format"] == 1 and isinstance(state["low"], int):
            return dict(state)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        pass
    raise ScanDamaged(
        where=path, what="is no checkpoint", mend="restore it from a copy, or scan again"
    )


def _packed(turns: set[int], base: int) -> str:
    bits = bytearray((max(turns, default=base) - base) // 8 + 1)
    for turn in turns:
        bits[(turn - base) // 8] |= 1 << (turn - base) % 8
    return base64.b64encode(zlib.compress(bytes(bits), 1)).decode()


def _unpacked(text: str, base: int) -> set[int]:
    bits = zlib.decompress(base64.b64decode(text))
    return {
        base + at * 8 + bit for at, byte in enumerate(bits) if byte for bit in range(8)
        if byte >> bit & 1
    }  # fmt: skip


def _lock(handle: int, folder: Path) -> None:
    """Keeps a second process out, after waiting for one that is about to end."""
    until = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OutputUnwritable(
                    where=folder, what="another scan is at work there", mend="wait, or stop it"
                ) from None
            time.sleep(0.05)
        else:
            return


def _unwritable(folder: Path, error: OSError) -> OutputUnwritable:
    return OutputUnwritable(
        where=folder,
        what=(error.strerror or str(error)).lower(),
        mend='free space or permission, then "gatewatch scan resume"; what was told is kept',
    )


def is_open(folder: Path) -> bool:
    """Whether a process is at work in `folder`."""
    try:
        handle = os.open(folder / SPOOL, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
