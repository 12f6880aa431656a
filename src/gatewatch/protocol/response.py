"""Reads the answer to one GET from the bytes of one connection, whatever they are.

`ResponseReader` is fed bytes as they come and says when it has enough; `answer(ending)` gives
what was said and how it ended. It never raises, reads at most `READ_LIMIT` bytes, keeps at most
HEAD_LIMIT and BODY_LIMIT of them, and spends time linear in what it is fed, however it is cut.
The result depends on the bytes and the ending only, not on how they were cut.

The end of an answer is where RFC 9112 section 6.3 puts it; where a device contradicts itself
(two lengths, a length that is no number, broken chunks) everything up to the connection's end
is body. Chunks are kept decoded. Interim answers (100, 102, 103) are left out. When another
answer follows on the same connection its bytes stand behind the body: ZTE's H220N first says
"200 OK" and then, in a second answer, who it is.
"""

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from gatewatch.model.observation import BODY_LIMIT, HEAD_LIMIT, Answer, Mark, Outcome, Spoke
from gatewatch.protocol.head import START_LINES, Head, LineKind, line_kind, parse_head

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READ_LIMIT", "Ending", "ResponseReader"]

# All that is ever read from one peer: ZGrab2 #163 tells of a device that sends for ever.
READ_LIMIT = 64 * 1024

# A first line or chunk size longer than this is none.
_LINE_LIMIT = 8 * 1024
_INTERIM = frozenset({100, 102, 103})
_BODILESS = frozenset({101, 204, 304})
_BLANK_LINE = re.compile(rb"\n\r{0,2}\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?", re.DOTALL)


class Ending(Enum):
    """Why no more is read."""

    ENOUGH = auto()
    """The reader said so."""
    CLOSED = auto()
    RESET = auto()
    TIMEOUT = auto()


_BROKEN = {
    Ending.CLOSED: Outcome.CONNECTION_CLOSED,
    Ending.RESET: Outcome.CONNECTION_RESET,
    Ending.TIMEOUT: Outcome.IO_TIMEOUT,
}


class ResponseReader:
    """Reads one connection; make a new one for the next."""

    __slots__ = (
        "_body", "_buffer", "_head", "_interim", "_line", "_lines", "_marks", "_need",
        "_open_ended", "_read", "_searched", "_spoke", "_step", "done",
    )  # fmt: skip

    def __init__(self) -> None:
        self.done = False
        """Whether it has enough."""
        self._buffer = bytearray()
        self._head = self._interim = b""
        self._body = bytearray()
        self._spoke: Spoke | None = None
        self._marks: set[Mark] = set()
        self._read = 0
        self._searched = 0
        self._line = 0
        self._lines = 0
        self._need = 0
        self._open_ended = False
        # Plain functions: bound methods would make every reader a cycle for the collector.
        self._step: Callable[[ResponseReader], bool] = ResponseReader._find_start

    def feed(self, data: bytes) -> bool:
        """Takes the next bytes; returns whether it has enough. More may follow all the same."""
        data = data[: READ_LIMIT - self._read]
        self._read += len(data)
        self._buffer += data
        while not self.done and self._step(self):
            pass
        if self._read >= READ_LIMIT and not self.done:
            self._stop_at_limit()
        return self.done

    def answer(self, ending: Ending) -> Answer:
        """What was said, given why no more is read."""
        self._decide()
        marks = set(self._marks)
        if self._spoke is None:
            return Answer(Spoke.CONNECTED, _BROKEN.get(ending, Outcome.IO_TIMEOUT))
        if self._spoke is Spoke.OTHER:
            first = bytes(self._body)
            return Answer(Spoke.OTHER, Outcome.PROTOCOL_ERROR, first, marks=frozenset(marks))
        if not (self.done or self._open_ended):
            marks.add(Mark.TRUNCATED)
        body = self._body
        if self._second_answer():
            marks.add(Mark.SECOND_ANSWER)
            body = (body + self._buffer)[:BODY_LIMIT]
        head = self._head or bytes(self._buffer[:HEAD_LIMIT])
        return Answer(Spoke.HTTP, self._outcome(ending), head, bytes(body), frozenset(marks))

    def _outcome(self, ending: Ending) -> Outcome:
        if self.done or (self._open_ended and ending is not Ending.TIMEOUT):
            return Outcome.SUCCESS
        return _BROKEN.get(ending, Outcome.IO_TIMEOUT)

    # Each step below takes what it can from the buffer and returns whether another may go on.

    def _find_start(self) -> bool:
        """Looks for the status line, line by line."""
        end = self._buffer.find(b"\n", self._searched)
        self._searched = len(self._buffer) if end < 0 else end + 1
        if (len(self._buffer) if end < 0 else end) - self._line > _LINE_LIMIT:
            return self._is_other()
        if end < 0:
            return False
        kind = line_kind(bytes(self._buffer[self._line : end]).removesuffix(b"\r"))
        self._lines += 1
        self._line = end + 1
        if kind is LineKind.STATUS:
            self._spoke = Spoke.HTTP
            self._searched = end
            self._step = ResponseReader._find_head_end
            return True
        if kind is LineKind.OTHER or self._lines == START_LINES:
            return self._is_other()
        return True

    def _find_head_end(self) -> bool:
        blank = _BLANK_LINE.search(self._buffer, self._searched)
        end = blank.end() if blank else len(self._buffer)
        if end > HEAD_LIMIT:
            self._head = bytes(self._buffer[:HEAD_LIMIT])
            return self._enough(truncated=True)
        if not blank:
            # The status line's own end, which is before, may be the first half.
            self._searched = max(self._searched, len(self._buffer) - 3)
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._searched = 0
        self._begin_body(head, parse_head(head))
        return True

    def _begin_body(self, head: bytes, parsed: Head) -> None:
        if parsed.status in _INTERIM:
            self._marks.add(Mark.SECOND_ANSWER)
            self._interim = head
            self._spoke = None
            self._line = self._lines = 0
            self._step = ResponseReader._find_start
            return
        self._head = head
        length = _length(parsed)
        if parsed.status in _BODILESS or length == 0:
            self._enough()
        elif any("chunked" in value.lower() for value in parsed.all("transfer-encoding")):
            self._step = ResponseReader._read_chunk_size
        elif length is None:
            self._read_to_the_end()
        else:
            self._need = length
            self._step = ResponseReader._read_length

    def _read_length(self) -> bool:
        self._take(self._need)
        return self._need == 0 and not self.done and self._enough()

    def _read_chunk_size(self) -> bool:
        end = self._buffer.find(b"\n", self._searched)
        if (len(self._buffer) if end < 0 else end) > _LINE_LIMIT:
            return self._read_to_the_end()
        if end < 0:
            self._searched = len(self._buffer)
            return False
        self._searched = 0
        line = bytes(self._buffer[:end])
        if not line.strip():  # the end of the chunk before
            del self._buffer[: end + 1]
            return True
        found = _CHUNK_SIZE.fullmatch(line)
        if not found:
            return self._read_to_the_end()
        del self._buffer[: end + 1]
        self._need = int(found[1], 16)
        if self._need == 0:  # trailers tell nothing about a device
            return self._enough()
        self._step = ResponseReader._read_chunk
        return True

    def _read_chunk(self) -> bool:
        self._take(self._need)
        if self._need or self.done:
            return False
        self._step = ResponseReader._read_chunk_size
        return True

    def _read_rest(self) -> bool:
        self._take(len(self._buffer))
        return False

    def _read_other(self) -> bool:
        self._body += self._buffer
        self._buffer.clear()
        if len(self._body) > HEAD_LIMIT:
            del self._body[HEAD_LIMIT:]
            self._enough(truncated=True)
        return False

    def _read_to_the_end(self) -> bool:
        self._open_ended = True
        self._step = ResponseReader._read_rest
        return True

    def _is_other(self) -> bool:
        self._spoke = Spoke.OTHER
        self._step = ResponseReader._read_other
        return True

    def _take(self, most: int) -> None:
        """Moves up to `most` bytes of body; `_need` sinks by what was moved."""
        part = self._buffer[:most]
        del self._buffer[:most]
        self._need = most - len(part)
        self._body += part
        if len(self._body) > BODY_LIMIT or (len(self._body) == BODY_LIMIT and self._need):
            del self._body[BODY_LIMIT:]
            self._enough(truncated=True)

    def _enough(self, *, truncated: bool = False) -> bool:
        self.done = True
        if truncated:
            self._marks.add(Mark.TRUNCATED)
        return False

    def _stop_at_limit(self) -> None:
        self._decide()
        self._enough(truncated=True)

    def _decide(self) -> None:
        """Decides, when no more comes, on a first line that was not finished."""
        if self._spoke is not Spoke.HTTP and self._interim:
            # Nothing of use came after "100 Continue", so that is what the device says.
            self._spoke = Spoke.HTTP
            self._head = self._interim
            self._marks.discard(Mark.SECOND_ANSWER)
        if self._spoke is not None or not self._buffer:
            return
        line = bytes(self._buffer[self._line :]).removesuffix(b"\r")
        if line_kind(line) is LineKind.STATUS:
            self._spoke = Spoke.HTTP
        else:
            self._spoke = Spoke.OTHER
            self._body = self._buffer[:HEAD_LIMIT]

    def _second_answer(self) -> bool:
        if not self.done or Mark.TRUNCATED in self._marks:
            return False
        first = bytes(self._buffer).lstrip(b"\r\n").partition(b"\n")[0]
        return line_kind(first.removesuffix(b"\r")) is LineKind.STATUS


def _length(head: Head) -> int | None:
    """The one Content-Length; None when there is none, or several that differ, or no number."""
    said = {part.strip() for value in head.all("content-length") for part in value.split(",")}
    if len(said) != 1:
        return None
    length = said.pop()
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
