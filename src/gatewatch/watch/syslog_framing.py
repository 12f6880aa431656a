"""Messages of syslog out of a TCP stream, sans-IO: bytes in, messages out (RFC 6587).

A sender that begins with a number and a blank counts octets; any other ends messages with a line
feed or NUL. How a connection begins is how it goes on. Line ends inside a message become blanks,
so that one message is never two lines of a log.
"""

import re

__all__ = ["LONGEST", "Framing", "one_line"]

LONGEST = 64 * 1024
"""No message of syslog is longer; what is, is cut (RFC 5424 section 6.1 asks for 2 KiB)."""

_COUNT = re.compile(rb"([1-9]\d{0,6}) ")
_ENDS = re.compile(rb"[\n\0]")
_BREAKS = bytes.maketrans(b"\r\n\0\x0b\x0c", b"     ")


def one_line(message: bytes) -> bytes:
    """`message` as one line of at most LONGEST bytes, without its end."""
    return message[:LONGEST].rstrip(b"\r\n\0 ").translate(_BREAKS)


class Framing:
    """One connection's messages; holds at most one unfinished message in memory."""

    def __init__(self) -> None:
        self.lost = False
        """Whether the stream cannot be read on, since its octet counts do not fit."""
        self._buffer = bytearray()
        self._counted: bool | None = None
        self._skip = self._looked = 0
        self._skipping_line = False

    def feed(self, data: bytes, *, last: bool = False) -> list[bytes]:
        """The messages that `data` completes; with `last`, also the one that has no end."""
        if self.lost:
            return []
        self._buffer += data
        if self._counted is None and self._buffer:
            # The first bytes decide; a count is at most seven digits and a blank.
            if self._buffer.isdigit() and len(self._buffer) < 8 and not last:
                return []
            self._counted = _COUNT.match(self._buffer) is not None
        found = self._by_count() if self._counted else self._by_line(last=last)
        return [line for line in map(one_line, found) if line]

    def _by_count(self) -> list[bytes]:
        found: list[bytes] = []
        while True:
            skipped = min(self._skip, len(self._buffer))
            del self._buffer[:skipped]
            self._skip -= skipped
            if self._skip or not self._buffer:
                return found
            match = _COUNT.match(self._buffer)
            if not match:
                if len(self._buffer) < 8 and self._buffer.isdigit():
                    return found
                self.lost = True
                return found
            size, start = int(match[1]), match.end()
            kept = min(size, LONGEST)
            if len(self._buffer) < start + kept:
                return found
            found.append(bytes(self._buffer[start : start + kept]))
            del self._buffer[: start + kept]
            self._skip = size - kept

    def _by_line(self, *, last: bool) -> list[bytes]:
        # What was looked through before has no end in it.
        if not last and not _ENDS.search(self._buffer, self._looked):
            self._looked = len(self._buffer)
            if self._looked <= LONGEST:
                return []
        *found, rest = _ENDS.split(bytes(self._buffer))
        if self._skipping_line and found:
            found, self._skipping_line = found[1:], False
        if len(rest) > LONGEST or last:
            if not self._skipping_line:
                found.append(rest[:LONGEST])
            self._skipping_line = True
        self._buffer = bytearray(b"" if self._skipping_line else rest)
        self._looked = len(self._buffer)
        return found
