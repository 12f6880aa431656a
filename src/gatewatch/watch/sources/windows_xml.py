"""Windows security events in XML: Event Viewer, wevtutil, evtx_dump, with or without a root.

Each event is cut out of the file and read alone, up to 256 KiB of it, so that one damaged event
costs itself only; entities and document types are refused. Source: Microsoft, Event schema.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.lines import RAW_KEPT
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.protocol.xml import End, Limits, Start, Text, XmlError, XmlReader
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, time_in
from gatewatch.watch.windows_events import WindowsEvent, attempt

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "windows-xml"
SENTENCE = "Windows sign-in events: Event Viewer, wevtutil, evtx_dump (XML)."

_LONGEST = 256 * 1024
_PIECE = 64 * 1024
_BEGIN = re.compile(rb"<Event[\s>]")
_END = b"</Event>"
_SIGN = re.compile(rb"[\s\S]{0,600}?<Event\s[^>]*schemas\.microsoft\.com/win/2004/08/events")
_LIMITS = Limits(depth=16, attributes=16, value=64 * 1024, tag=64 * 1024)


def sniff(head: bytes) -> bool:
    """Whether an event of Microsoft's schema begins near the start."""
    return _SIGN.match(head) is not None


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each event."""
    for line, raw, whole in _events(stream):
        try:
            if not whole:
                raise ValueError("the event has no end, or is longer than an event can be")
            yield attempt(_read(raw), given)
        except XmlError as problem:
            yield Rejected(f"line {line}", f"not XML: {problem.reason}", raw[:RAW_KEPT])
        except ValueError as problem:
            yield Rejected(f"line {line}", str(problem), raw[:RAW_KEPT])


def _events(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Each event with the line where it begins, and whether it is whole."""
    buffer, line = bytearray(), 1
    while piece := stream.readline(_PIECE):
        buffer += piece
        while True:
            match = _BEGIN.search(buffer)
            start = match.start() if match else max(len(buffer) - len(b"<Event"), 0)
            line += buffer.count(b"\n", 0, start)
            del buffer[:start]
            if not match:
                break
            end = buffer.find(_END)
            again = _BEGIN.search(buffer, 1)
            cut = again.start() if again and (end < 0 or again.start() < end) else -1
            if cut < 0 and end < 0 and len(buffer) <= _LONGEST:
                break
            size = cut if cut > 0 else end + len(_END) if end >= 0 else len(buffer)
            raw = bytes(buffer[:size])
            yield line, raw, cut < 0 <= end
            line += raw.count(b"\n")
            del buffer[:size]
    if _BEGIN.match(buffer):
        yield line, bytes(buffer), False


def _read(raw: bytes) -> WindowsEvent:
    """The parts of one event; raises ValueError (XmlError among them)."""
    reader = XmlReader(_LIMITS)
    found: dict[str, str] = {}
    data: dict[str, str] = {}
    path: list[str] = []
    name, at = "", ""
    for event in reader.feed(raw, last=True):
        match event:
            case Start(tag, attrs):
                path.append(tag.rpartition(":")[2])
                name = attrs.get("Name", path[-1])
                at = attrs.get("SystemTime", at) if path[-1] == "TimeCreated" else at
            case Text(words):
                into = data if path[1:2] != ["System"] else found
                into[name] = into.get(name, "") + words
            case End():
                path.pop()
                name = ""
    number = found.get("EventID", "").strip()
    if not number.isdecimal() or len(number) > 10:
        raise ValueError("it has no number")
    return WindowsEvent(
        int(number),
        time_in(at),
        found.get("Computer", ""),
        found.get("EventRecordID", ""),
        data,
    )
