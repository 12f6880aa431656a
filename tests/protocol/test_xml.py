"""The XML reader: whole, byte by byte, cut anywhere, hostile; always events, then one error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.protocol.xml import End, Event, Limits, Start, Text, XmlError, XmlReader

DOCUMENT = (
    b'<?xml version="1.0" encoding="iso-8859-1"?>\r\n<!-- scan --><?look at="this"?>\n'
    b'<run a="1 &lt; 2" b="&#xa;&#xe9;"><x:host>caf\xc3\xa9 <![CDATA[<raw>]]></x:host><up/></run>\n'
)
EVENTS: list[Event] = [
    Start("run", {"a": "1 < 2", "b": "\né"}),
    Start("x:host", {}),
    Text("café <raw>"),
    End("x:host"),
    Start("up", {}),
    End("up"),
    End("run"),
]


def read(
    document: bytes, step: int = 1 << 20, limits: Limits | None = None, *, doctype: bool = False
) -> tuple[list[Event], XmlError | None]:
    """All events, neighbouring texts joined, and the error if there was one."""
    reader = XmlReader(limits or Limits(), doctype=doctype)
    events: list[Event] = []
    pieces = [document[at : at + step] for at in range(0, len(document), step)]
    try:
        for number, piece in enumerate(pieces or [b""], 1):
            for event in reader.feed(piece, last=number >= len(pieces)):
                before = events[-1] if events else None
                if isinstance(event, Text) and isinstance(before, Text):
                    events[-1] = Text(before.text + event.text)
                else:
                    events.append(event)
    except XmlError as error:
        return events, error
    return events, None


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_a_document_gives_its_events_however_it_is_fed(step: int) -> None:
    assert read(DOCUMENT, step) == (EVENTS, None)


def test_a_cut_document_gives_every_finished_element_first() -> None:
    complete = DOCUMENT.rindex(b">") + 1
    for cut in range(complete):
        events, error = read(DOCUMENT[:cut])
        assert error is not None
        assert 0 <= error.position <= cut
        heads = [event for event in EVENTS[: len(events)] if not isinstance(event, Text)]
        assert [event for event in events if not isinstance(event, Text)] == heads


def test_an_error_comes_after_the_events_of_the_same_piece() -> None:
    events, error = read(b"<a><b/></c>")
    assert events == [Start("a", {}), Start("b", {}), End("b")]
    assert str(error) == "byte 9: mismatched tag"


def test_after_an_error_nothing_more_comes() -> None:
    reader = XmlReader()
    with pytest.raises(XmlError):
        list(reader.feed(b"<a></b>"))
    with pytest.raises(XmlError, match="mismatched tag"):
        list(reader.feed(b"<c/>"))


def test_the_end_of_the_root_is_known() -> None:
    reader = XmlReader()
    assert list(reader.feed(b"<a><b/>"))
    assert not reader.root_ended
    assert list(reader.feed(b"</a>")) == [End("a")]
    assert reader.root_ended


LAUGHS = b'<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;">]><a>&m;</a>'


@pytest.mark.parametrize(
    ("document", "doctype", "reason"),
    [
        (b"<!DOCTYPE a><a/>", False, "document type"),
        (b"<!DOCTYPE a [ ]><a/>", True, "document type"),
        (LAUGHS, True, "document type"),
        (LAUGHS, False, "document type"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', True, "document"),
        (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a>&x;</a>', True, "entity"),
        (b"<a>&nbsp;</a>", True, "undefined entity"),
        (b"<a>\xe9</a>", False, "not well-formed"),
        (b"<a>&#0;</a>", False, "character number"),
        (b"<a/><b/>", False, "junk after document element"),
        (b"", False, "no element"),
    ],
)
def test_what_is_refused(document: bytes, doctype: bool, reason: str) -> None:
    _, error = read(document, doctype=doctype)
    assert error is not None
    assert reason in error.reason


def test_a_plain_doctype_is_read_where_the_caller_allows_it() -> None:
    assert read(b"<!DOCTYPE nmaprun><a/>", doctype=True) == ([Start("a", {}), End("a")], None)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<a>" * 10, "nested deeper than 4"),
        (b'<a b="1" c="2" d="3"/>', "more than 2 attributes"),
        (b'<a b="' + b"x" * 101 + b'"/>', "attribute longer than 100"),
        (b"<a>" + b"x" * 101 + b"</a>", "text longer than 100"),
        (b"<a>" + b"x<!-- -->" * 101 + b"</a>", "text longer than 100"),
        (b'<a b="' + b"x" * 400_000, "tag longer than 200000"),
        (b"<a><!--" + b"x" * 400_000, "tag longer than 200000"),
    ],
)
def test_limits_hold(document: bytes, reason: str) -> None:
    _, error = read(document, limits=Limits(depth=4, attributes=2, value=100, tag=200_000))
    assert error is not None
    assert reason in error.reason


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_give_events_or_one_error(data: bytes, step: int) -> None:
    read(data, step, doctype=True)


@given(st.data())
def test_a_changed_document_gives_events_or_one_error(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(DOCUMENT)))
    junk = data.draw(st.binary(max_size=8))
    skip = data.draw(st.integers(0, 8))
    read(DOCUMENT[:at] + junk + DOCUMENT[at + skip :], data.draw(st.integers(1, 64)), doctype=True)
