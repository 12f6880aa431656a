"""Sign-ins while they are logged: files that grow, and a door for syslog, into one stream.

Each log is read by its source in a thread of its own; what they find waits in one bounded queue,
so a slow store slows the readers and memory stays constant. Messages of the door go to the source
that claims them. An error of one reader ends all.
"""

import os
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import BinaryIO, cast

from gatewatch.formats.compression import open_plain
from gatewatch.model.errors import GatewatchError, InputUnreadable
from gatewatch.model.signin import SignIn
from gatewatch.watch.claiming import claimants, named_source, source_for
from gatewatch.watch.given import Given
from gatewatch.watch.intake import Rejects, Told, told_of
from gatewatch.watch.sources import Source
from gatewatch.watch.tail import Tail

__all__ = ["Follower"]

_WAITING = 10_000
_WAIT_S = 0.25

Made = Callable[[str], Given]


class Follower:
    """Reads logs until `stop` is set; `batches` hands out what was found."""

    def __init__(self, given: Made, source: str | None, stop: Event) -> None:
        self._given, self._source, self.stop = given, source, stop
        self.told = Told()
        self.unclaimed = 0
        """Messages of the door that no source knows."""
        self.dropped = 0
        """Messages of the door that came faster than they could be read."""
        self._found: Queue[SignIn | GatewatchError] = Queue(_WAITING)
        self._threads: list[Thread] = []
        self._streams: dict[str, _Messages] = {}
        self._counting = Lock()

    def follow_file(self, path: Path) -> None:
        """Follows one file; raises what finding out its source raises."""
        chosen = named_source(self._source) if self._source else _source_of(path)
        self._start(chosen, cast("BinaryIO", Tail(path, self.stop)), str(path))

    def message(self, message: bytes) -> None:
        """Takes one message of the door: one line, without its end."""
        name = self._claimed(message)
        if name is None:
            self.unclaimed += 1
            return
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = _Messages(self.stop)
            self._start(named_source(name), cast("BinaryIO", stream), "syslog")
        if not stream.put(message):
            self.dropped += 1

    def batches(self, most: int, every_s: float) -> Iterator[list[SignIn]]:
        """Sign-ins in lists of up to `most`, at least every `every_s` seconds, empty ones too.

        Ends when `stop` is set and everything is handed out. Raises what a reader raised.
        """
        while not self.stop.is_set():
            yield self._gathered(most, every_s)
        for thread in self._threads:
            thread.join(timeout=10)
        while rest := self._gathered(most, 0):
            yield rest

    def _gathered(self, most: int, every_s: float) -> list[SignIn]:
        found: list[SignIn] = []
        waited = 0.0
        while len(found) < most and waited <= every_s:
            try:
                one = self._found.get(timeout=_WAIT_S if every_s else 0.01)
            except Empty:
                waited += _WAIT_S
                if self.stop.is_set() or not every_s:
                    break
                continue
            if isinstance(one, GatewatchError):
                self.stop.set()
                raise one
            found.append(one)
        return found

    def _claimed(self, message: bytes) -> str | None:
        if self._source:
            return self._source
        # Logs are of few kinds, so those that have come already are asked first.
        for name in self._streams:
            if named_source(name).sniff(message):
                return name
        found = claimants(message)
        return found[0].NAME if found else None

    def _start(self, source: Source, stream: BinaryIO, name: str) -> None:
        thread = Thread(target=self._read, args=(source, stream, name), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _read(self, source: Source, stream: BinaryIO, name: str) -> None:
        told = Told()
        try:
            for signin in told_of(source.read(stream, self._given(name)), told, Rejects(None)):
                self._put(signin)
        except GatewatchError as error:
            self._put(error)
        except OSError as error:
            what = os.strerror(error.errno) if error.errno else "the system refused"
            self._put(InputUnreadable(where=name, what=what, mend="check the file"))
        finally:
            stream.close()
            with self._counting:
                self.told.add(told)

    def _put(self, one: SignIn | GatewatchError) -> None:
        while True:
            try:
                self._found.put(one, timeout=_WAIT_S)
            except Full:
                continue
            return


class _Messages(BufferedIOBase):
    """Messages of the door as lines of a stream."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop
        self._waiting: Queue[bytes] = Queue(_WAITING)

    def put(self, message: bytes) -> bool:
        """Adds a line; False when too many wait."""
        try:
            self._waiting.put_nowait(message + b"\n")
        except Full:
            return False
        return True

    def readable(self) -> bool:
        """True."""
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next message, however long (the door bounds them); empty when `stop` was set."""
        del size
        while True:
            try:
                return self._waiting.get(timeout=_WAIT_S)
            except Empty:
                if self._stop.is_set():
                    return b""


def _source_of(path: Path) -> Source:
    """The source of a file that has begun; packed files do not grow."""
    with open_plain(path) as plain:
        if plain.path is None:
            raise InputUnreadable(
                where=path,
                what="it is packed or a pipe, so it does not grow",
                mend='give "gatewatch watch import" this file',
            )
        return source_for(plain.head(), str(path))
