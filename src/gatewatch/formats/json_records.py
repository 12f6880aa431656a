"""JSON objects out of scan files, one at a time, as whole as the files hold them.

Reads JSON lines, arrays, pretty-printed objects, and what the field makes of them: runs appended
with `>>`, trailing commas, masscan's bare `{finished: 1}`, log lines between the records, a byte
order mark, files cut inside a record. After damage it goes on at the next line that begins a
record, or where a second record of the same shape begins on the damaged line; every whole record
before and after comes out. An API answer that is one object comes out whole.

Promises: memory for one record of at most `limit` bytes and one piece of the file; each byte is
looked at a bounded number of times; nesting is bounded (orjson reads 1024 levels); never raises,
what cannot be read is a `Rejected`. Grammar: RFC 8259, and JSON lines as jsonlines.org tells.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, NamedTuple

import orjson

from gatewatch.formats.given import Given
from gatewatch.formats.json_values import Table
from gatewatch.formats.lines import RAW_KEPT, pieces
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = [
    "ENVELOPE_LIMIT",
    "RECORD_LIMIT",
    "JsonRecord",
    "one_record_a_line",
    "peek",
    "read_each",
    "records",
]

RECORD_LIMIT = 16 * 1024 * 1024
# One page of an API is some megabytes; parsed, JSON takes about six times its size in memory.
ENVELOPE_LIMIT = 64 * 1024 * 1024

# Bytes that may be scanned again after damage, for each byte read: it bounds the work on
# hostile files, and one damaged line needs two or three.
_RESCANS = 8
_PEEKED = 16
_DEEPEST_MENDED = 64

_OPEN, _CLOSE, _QUOTE, _LINE_END = b'{}"\n'

_BETWEEN = re.compile(rb"(?:[\s,\[\]]|\xef\xbb\xbf)*+")
_BEGIN = re.compile(rb'\{\s*+["}]')
_RESTART = re.compile(rb"([ \t]*+)[,\[]?[ \t]*+\{")
_FIRST_NAME = re.compile(rb'\{\s*+"[^"\\]{0,64}"')
_TO_BRACE = re.compile(rb'(?:[^{}"]++|"(?:[^"\\\n]++|\\[^\n])*+")*+')
_IN_STRING = re.compile(rb'(?:[^"\\\n]++|\\[^\n])*+')
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[{}\[\],]', re.DOTALL)
# What scanners print beside their records when both streams went to one file: zgrab2's logrus
# (INFO[0001] or time="..." level=), projectdiscovery's [INF], masscan's end mark of 2014-2018.
_LOG_LINE = re.compile(
    rb"\s*(?:\x1b\[[0-9;]*m)*(?:[A-Z]{4,5}(?:\x1b\[[0-9;]*m)*\[|time=\"|\[(?:\x1b\[[0-9;]*m)*"
    rb"(?:INF|WRN|ERR|DBG|FTL)(?:\x1b\[[0-9;]*m)*\])"
)
_FINISHED = re.compile(rb"\{\s*+finished\s*+:\s*+\d++\s*+\}")

# Bytes that were no UTF-8 come as the Latin-1 character of the byte, lone surrogates as U+FFFD.
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_SURROGATES.update({0xDC00 + byte: byte for byte in range(0x80, 0x100)})


class JsonRecord(NamedTuple):
    """One object and where it stood."""

    line: int
    raw: bytes
    value: Table
    lossy: bool = False
    """Whether it held bytes that are no UTF-8 (read as Latin-1) or half characters."""

    def rejected(self, reason: str) -> Rejected:
        """This record as one that could not be used."""
        return Rejected(f"line {self.line}", reason, self.raw[:RAW_KEPT])


Observations = Callable[[JsonRecord, Given], Iterator[Observation | Unanswered | Rejected]]


def read_each(
    stream: BinaryIO, given: Given, observations: Observations, limit: int = RECORD_LIMIT
) -> Iterator[Observation | Unanswered | Rejected]:
    """What `observations` makes of each record; its ValueError becomes a rejected record."""
    for record in records(stream, limit):
        if isinstance(record, Rejected):
            yield record
            continue
        try:
            yield from observations(record, given)
        except ValueError as problem:
            yield record.rejected(str(problem))


def records(stream: BinaryIO, limit: int = RECORD_LIMIT) -> Iterator[JsonRecord | Rejected]:
    """Every object at the top level, or in arrays there, in order."""
    splitter = _Splitter(limit)
    for number, data, starts in pieces(stream):
        if splitter.buffer or splitter.skipping:
            if starts:
                yield from splitter.new_line(data)
        elif starts and data[0] == _OPEN:
            raw = data.rstrip(b" \t\r\n,")
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError:
                pass
            else:
                splitter.last = raw
                yield JsonRecord(number, raw, value)
                continue
        yield from splitter.feed(number, data, starts)
    yield from splitter.give_up("the file ends inside this record")


@lru_cache(maxsize=4)
def peek(head: bytes) -> tuple[Table, ...]:
    """The first objects of a file that begins with `head`, for `sniff`; do not change them.

    When `head` ends inside the very first one, that comes with what it holds so far.
    """
    found: list[Table] = []
    cut: Table = {}
    for record in records(BytesIO(head)):
        if isinstance(record, JsonRecord):
            found.append(record.value)
        elif not cut:
            cut = _mended(record.raw)
        if len(found) == _PEEKED:
            break
    return tuple(found) if found else (cut,) if cut else ()


def one_record_a_line(head: bytes) -> bool:
    """Whether a file that begins with `head` may be cut after any line and read in parts.

    That is so for JSON lines, log lines between them included; not for an array or for objects
    written over several lines. The last line of `head` may be cut.
    """
    lines = [line for line in head.split(b"\n") if line.strip() and not _LOG_LINE.match(line)]
    whole = lines[:-1] if len(lines) > 1 else lines
    return bool(whole) and all(_is_object(line) for line in whole[:_PEEKED])


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line.removeprefix(b"\xef\xbb\xbf")), dict)
    except orjson.JSONDecodeError:
        return False


def _mended(raw: bytes) -> Table:
    """The object that begins in `raw`, closed after its last complete member."""
    closers = bytearray()
    end, closed = 0, b""
    for match in _TOKEN.finditer(raw):
        token = match[0]
        if token == b",":
            end, closed = match.start(), bytes(reversed(closers))
        elif token in b"{[":
            closers += b"}" if token == b"{" else b"]"
        elif token in b"}]" and closers:
            closers.pop()
        if len(closers) > _DEEPEST_MENDED:
            break
    try:
        value = orjson.loads(raw[:end] + closed)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _parsed(raw: bytes) -> tuple[Table, bool]:
    """The object that `raw` writes, and whether characters were replaced; raises ValueError."""
    try:
        return orjson.loads(raw), False
    except orjson.JSONDecodeError:
        pass
    # Python's own reader takes what orjson refuses and scanners write: bytes that are no UTF-8,
    # half surrogates, NaN, control characters inside strings. Written again it is clean.
    try:
        value = json.loads(
            raw.decode("utf-8", "surrogateescape"), strict=False, parse_constant=lambda _: None
        )
        again = json.dumps(value, ensure_ascii=False)
        try:
            return orjson.loads(again), False
        except ValueError:
            return orjson.loads(again.translate(_SURROGATES)), True
    except (ValueError, RecursionError):
        raise ValueError("not valid JSON") from None


class _Splitter:
    """Finds the objects in a stream of pieces.

    `buffer` is empty between records and begins with `{` inside one. Braces are counted outside
    strings only; a line end inside a string, or a record that begins where the one before was
    not at its end, is damage.
    """

    scanned: int
    """Offset in the buffer up to which braces are counted."""
    depth: int
    in_string: bool
    broken: bool

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.buffer = bytearray()
        self.line = 0
        self.indent = 0
        self.begun = False
        self.skipping = False
        self.last = b""
        # Bytes at the front of the buffer that a rejected record has already told of.
        self.told = 0
        # Bytes that may still be scanned again after damage.
        self.credit = 0
        self._rewind()

    @property
    def busy(self) -> bool:
        """Whether a record has begun and not ended."""
        return self.skipping or bool(self.buffer)

    def new_line(self, data: bytes) -> Iterator[JsonRecord | Rejected]:
        """To be called while `busy`, at each line: one that begins a record ends a broken one."""
        match = _RESTART.match(data)
        if match and len(match[1]) <= self.indent:
            self.skipping = False
            yield from self.give_up("broken off: the next record begins before its end")

    def feed(self, number: int, data: bytes, starts: bool) -> Iterator[JsonRecord | Rejected]:
        """The records that end in `data`, a piece of the line `number`."""
        self.credit += _RESCANS * len(data)
        if not self.buffer:
            if self.skipping or (starts and _LOG_LINE.match(data)):
                return
            self.line = number
            if starts:
                self.indent = len(data) - len(data.lstrip(b" \t"))
        self.buffer += data
        yield from self._drain()

    def give_up(self, reason: str) -> Iterator[JsonRecord | Rejected]:
        """The record in the buffer has no end: what can still be saved from it."""
        while self.buffer:
            yield from self._damaged(reason, len(self.buffer))
            yield from self._drain()

    def _drain(self) -> Iterator[JsonRecord | Rejected]:
        while self.buffer:
            if not self.begun:
                yield from self._seek()
                continue
            end = self._scan()
            if end:
                yield from self._object(end)
            elif self.broken:
                yield from self._damaged("broken off inside a string", self.scanned)
            elif len(self.buffer) > self.limit:
                reason = f"longer than {self.limit >> 20} MiB: no record of a scanner is that long"
                yield from self._damaged(reason, len(self.buffer))
                self.skipping = not self.buffer
            else:
                return

    def _seek(self) -> Iterator[Rejected]:
        """Drops what stands before the next record; what is no separator is rejected."""
        match = _BETWEEN.match(self.buffer)
        at = match.end() if match else 0
        begun = self.buffer[at : at + 1] == b"{"
        if begun or at == len(self.buffer):
            self._drop(at, begun=begun)
            return
        end = self.buffer.find(b"\n", at)
        end = len(self.buffer) if end < 0 else end
        found = _BEGIN.search(self.buffer, at, end)
        end = found.start() if found else end
        if end > self.told:
            yield Rejected(f"line {self.line}", "not JSON", bytes(self.buffer[at:end][:RAW_KEPT]))
        self._drop(end, begun=found is not None)

    def _scan(self) -> int:
        """The offset after the object in the buffer; 0 when it is not there (yet)."""
        while True:
            pattern = _IN_STRING if self.in_string else _TO_BRACE
            match = pattern.match(self.buffer, self.scanned)
            self.scanned = match.end() if match else self.scanned
            if self.scanned >= len(self.buffer):
                return 0
            char = self.buffer[self.scanned]
            if char == _QUOTE:
                self.in_string = not self.in_string
            elif char == _OPEN:
                self.depth += 1
            elif char == _CLOSE:
                self.depth -= 1
            else:  # inside a string: a line end, or a backslash whose second half is to come
                self.broken = self.scanned + 1 < len(self.buffer) or char == _LINE_END
                return 0
            self.scanned += 1
            if self.depth == 0:
                return self.scanned

    def _object(self, end: int) -> Iterator[JsonRecord | Rejected]:
        raw = bytes(self.buffer[:end])
        try:
            value, lossy = _parsed(raw)
        except ValueError as problem:
            if _FINISHED.fullmatch(raw):
                self._drop(end)
            else:
                yield from self._damaged(str(problem), end)
            return
        self.last = raw
        yield JsonRecord(self.line, raw, value, lossy)
        self._drop(end)

    def _damaged(self, reason: str, end: int) -> Iterator[Rejected]:
        """Rejects the buffer up to `end`, and goes on where a record like it begins in there."""
        if end > self.told:
            self.told = end
            yield Rejected(f"line {self.line}", reason, bytes(self.buffer[: min(end, RAW_KEPT)]))
        again = self._likeness(end)
        cost = len(self.buffer) - again
        if not again or cost > self.credit:
            self._drop(end)
            return
        self.credit -= cost
        self._drop(again, begun=True)

    def _likeness(self, end: int) -> int:
        """Where before `end` a record begins as this one or the last whole one did; 0: nowhere."""
        names = (_FIRST_NAME.match(self.buffer), _FIRST_NAME.match(self.last))
        found = [self.buffer.find(name[0], 1, end) for name in names if name]
        return min((at for at in found if at > 0), default=0)

    def _drop(self, count: int, *, begun: bool = False) -> None:
        """Forgets `count` bytes; `begun` says whether a record begins after them."""
        self.begun = begun
        self.line += self.buffer.count(b"\n", 0, count)
        del self.buffer[:count]
        self.told = max(0, self.told - count)
        self._rewind()

    def _rewind(self) -> None:
        self.scanned = 0
        self.depth = 0
        self.in_string = False
        self.broken = False
