# Invariant: any bytes give events and then at most one XmlError, the same however they are cut;
# tags close as they were opened, no deeper and longer than the limits allow; no entity is declared
# or expanded; time is linear.
"""Tries protocol/xml.py."""

from pathlib import Path

from fuzz.laws import check_one_line

from gatewatch.protocol.xml import End, Event, Limits, Start, Text, XmlError, XmlReader

__all__ = ["SEEDS", "TOKENS", "one"]

_SAMPLES = Path(__file__).parents[1] / "tests" / "formats" / "read" / "samples"

SEEDS = [
    *(path.read_bytes() for path in sorted(_SAMPLES.glob("*.xml"))),
    b'<?xml version="1.0"?><!DOCTYPE r><r a="&lt;&#9;"><x:y/><![CDATA[<]]>&amp;<!-- c --></r>\n',
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body/>'
    b"</soap:Envelope>",
]
TOKENS = [
    *(b"<a>", b"</a>", b"<a/>", b"<a b='c'>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ?>"),
    *(b"<!DOCTYPE a>", b'<!DOCTYPE a SYSTEM "file:///etc/passwd">', b"<!DOCTYPE a [", b"]>"),
    *(b'<!ENTITY b "c">', b"&b;", b"&lt;", b"&#x41;", b"&#0;", b"%d;", b" c='d'", b"<b:c>"),
    b'<?xml version="1.0" encoding="utf-16"?>',
]

_LIMITS = Limits(depth=12, attributes=8, value=4096, tag=16 * 1024)


def one(data: bytes) -> None:
    """Reads `data` whole and in small pieces."""
    for doctype in (False, True):
        events, error = _read(data, len(data) or 1, doctype=doctype)
        depth = _checked_depth(events)
        assert error or depth == 0
        cut_events, cut_error = _read(data, 13 if len(data) < 4096 else 1021, doctype=doctype)
        assert (error is None) == (cut_error is None)
        shorter = min(len(events), len(cut_events)) - 1
        assert events[:shorter] == cut_events[:shorter]
        if error is None:
            assert events == cut_events


def _read(data: bytes, step: int, *, doctype: bool) -> tuple[list[Event], XmlError | None]:
    """All events, neighbouring texts joined, and the error if there was one."""
    reader = XmlReader(_LIMITS, doctype=doctype)
    events: list[Event] = []
    try:
        for at in range(0, max(len(data), 1), step):
            for event in reader.feed(data[at : at + step], last=at + step >= len(data)):
                before = events[-1] if events else None
                if isinstance(event, Text) and isinstance(before, Text):
                    events[-1] = Text(before.text + event.text)
                else:
                    events.append(event)
    except XmlError as error:
        _check_place(error, data)
        return events, error
    return events, None


def _check_place(error: XmlError, data: bytes) -> None:
    check_one_line(error)
    assert 0 <= error.position <= len(data)


def _checked_depth(events: list[Event]) -> int:
    """How many elements are still open at the end."""
    opened: list[str] = []
    for event in events:
        if isinstance(event, Start):
            opened.append(event.name)
            assert len(event.attrs) <= _LIMITS.attributes
            assert all(len(value) <= _LIMITS.value for value in event.attrs.values())
        elif isinstance(event, End):
            assert opened.pop() == event.name
        assert len(opened) <= _LIMITS.depth
    return len(opened)
