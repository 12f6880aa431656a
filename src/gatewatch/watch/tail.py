"""A file that grows, as a stream whose lines come when they are whole.

It survives rotation (the file is renamed and a new one made: the rest of the old one is read
first), copytruncate and files that are written anew (OpenVPN's status): what was cut is read from
its beginning. A half-written line waits for its end; when the file is rotated away it is given as
it is. Reading blocks until there is a line or `stop` is set.
"""

import os
from io import BufferedIOBase
from pathlib import Path
from threading import Event
from typing import BinaryIO

__all__ = ["Tail"]

_BEGIN = 256
_STEP = 64 * 1024
_NEVER = (-1, 0)


class Tail(BufferedIOBase):
    """Lines of `path` from its beginning, until `stop`; looks every `pause_s` seconds."""

    def __init__(self, path: Path, stop: Event, pause_s: float = 0.5) -> None:
        super().__init__()
        self._path, self._stop, self._pause = path, stop, pause_s
        self._file: BinaryIO | None = None
        self._half = bytearray()
        self._begin = b""
        self._looked = _NEVER

    def readable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        super().close()

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line with its end, or `size` bytes of it; empty when `stop` was set."""
        most = _STEP if size is None or size < 0 else size
        while True:
            line = self._more(most)
            if line:
                return line
            if self._stop.is_set():
                return b""
            if not self._turned():
                self._stop.wait(self._pause)

    def _more(self, most: int) -> bytes:
        """A whole line, or as much of one as was asked for; empty when there is none yet."""
        if self._file is None and not self._open():
            return b""
        assert self._file is not None
        while len(self._half) < most and not self._half.endswith(b"\n"):
            piece = self._file.readline(most - len(self._half))
            if not piece:
                return b""
            self._half += piece
        line = bytes(self._half[:most])
        del self._half[:most]
        return line

    def _open(self) -> bool:
        try:
            self._file = self._path.open("rb")
        except FileNotFoundError:
            return False
        self._begin, self._looked = b"", _NEVER
        return True

    def _turned(self) -> bool:
        """At the end of the file: whether it was rotated or written anew, so that more may come."""
        if self._file is None:
            return False
        handle = self._file.fileno()
        now, at = os.fstat(handle), self._file.tell()
        if now.st_size < at or self._rewritten(now, at):
            self._file.seek(0)
            self._half.clear()
            self._begin, self._looked = b"", _NEVER
            return True
        self._begin = os.pread(handle, _BEGIN, 0)
        self._looked = (at, now.st_mtime_ns)
        if now.st_size > at:
            return True
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        if (there.st_ino, there.st_dev) == (now.st_ino, now.st_dev):
            return False
        return self._turn_to_new()

    def _rewritten(self, now: os.stat_result, at: int) -> bool:
        """Whether the file has other bytes at its beginning, or changed without growing."""
        assert self._file is not None
        if self._looked == _NEVER:
            return False
        begin = os.pread(self._file.fileno(), len(self._begin), 0)
        # At the same place, nothing was read since; so what changed was there before.
        still = now.st_size == at == self._looked[0]
        return begin != self._begin or (still and now.st_mtime_ns != self._looked[1])

    def _turn_to_new(self) -> bool:
        """A writer may go on in the renamed file for a moment: then the new one."""
        assert self._file is not None
        self._stop.wait(self._pause)
        if os.fstat(self._file.fileno()).st_size > self._file.tell():
            return True
        self._file.close()
        self._file = None
        if self._half:
            self._half += b"\n"
        return True
