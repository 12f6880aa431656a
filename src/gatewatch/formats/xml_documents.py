r"""XML documents in scan files: appended to each other, cut, with talk around them.

Scanners write one document a run; users append runs with `>>`, stop scanners in the middle and
let warnings flow into the same file. `document_events` gives the events of all of it: a new
document begins at every `<?xml` and at a second `<nmaprun`, whatever state the one before was
in, and one that breaks gives a Broken and is skipped to its end. Bytes that are no UTF-8 become
the text `\xHH`, which is how scanners write them themselves.

Never raises; constant memory; each byte is parsed once.
"""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from gatewatch.protocol.xml import Event, XmlError, XmlReader

__all__ = ["Broken", "document_events"]

_PIECE = 64 * 1024
# "<" stands for nothing else in XML, so these are beginnings even inside a cut attribute.
_BEGIN = re.compile(rb"<\?xml\s|<nmaprun[\s>]")
_LONGEST = len("<nmaprun ")


class Broken(NamedTuple):
    """The document has ended too early or cannot be read on; what was open stays open."""

    where: str
    reason: str


class _Segment(NamedTuple):
    """A run of bytes of one document."""

    offset: int
    data: bytes
    begins: bool


def document_events(stream: BinaryIO) -> Iterator[Event | Broken]:
    """The events of every document in `stream`, in order, and a Broken for each broken one."""
    document = _Document(0)
    for offset, data, begins in _segments(stream):
        if begins:
            yield from document.feed(b"", last=True)
            document = _Document(offset)
        yield from document.feed(data)
    yield from document.feed(b"", last=True)


class _Document:
    """One document that begins at `offset`; it may break once."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._reader = XmlReader(doctype=True)
        self._is_blank = True
        self._is_broken = False

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Event | Broken]:
        """The events that `data` completes; nothing any more once it broke."""
        if self._is_broken:
            return
        self._is_blank = self._is_blank and not data.strip()
        if self._is_blank:
            self._offset += len(data)
            return
        try:
            yield from self._reader.feed(data, last=last)
        except XmlError as error:
            self._is_broken = True
            reason = "the document is cut off" if last else f"not XML: {error.reason}"
            yield Broken(f"byte {self._offset + error.position}", reason)


def _segments(stream: BinaryIO) -> Iterator[_Segment]:
    """The input, divided where documents begin."""
    held, offset, has_root = b"", 0, False
    begins = False
    for piece in _utf_8(stream):
        data, held = _without_tail(held + piece)
        start = 0
        for match in _BEGIN.finditer(data):
            is_root = match[0].startswith(b"<n")
            if not is_root or has_root:
                yield _Segment(offset + start, data[start : match.start()], begins)
                start, begins = match.start(), True
            has_root = is_root
        yield _Segment(offset + start, data[start:], begins)
        begins = False
        offset += len(data)
    yield _Segment(offset, held, begins)


def _without_tail(data: bytes) -> tuple[bytes, bytes]:
    """`data` up to where a beginning may lie across its end, and the rest."""
    at = data.rfind(b"<", max(0, len(data) - _LONGEST + 1))
    return (data, b"") if at < 0 else (data[:at], data[at:])


def _utf_8(stream: BinaryIO) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    while piece := stream.read(_PIECE):
        whole = piece.isascii() and not decoder.getstate()[0]
        yield piece if whole else decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()
