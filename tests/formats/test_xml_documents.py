"""Documents appended to each other, cut, with talk around them; nothing raises."""

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.xml_documents import Broken, document_events
from gatewatch.protocol.xml import Event, Start

ONE = b'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun><host a="1"/><port/></nmaprun>\n'
BARE = b"<nmaprun><up/></nmaprun>\n"


class Trickle(BytesIO):
    """Gives one byte a read, so that every boundary lies between two pieces."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 1, 1))


def names(data: bytes) -> list[str]:
    """Start tags, and "!" for each Broken; the same however the bytes come."""
    whole, trickled = (list(map(name, document_events(kind(data)))) for kind in (BytesIO, Trickle))
    assert list(filter(None, trickled)) == list(filter(None, whole))
    return list(filter(None, whole))


def name(event: Event | Broken) -> str:
    if isinstance(event, Broken):
        return "!"
    return event.name if isinstance(event, Start) else ""


def test_appended_documents_follow_each_other() -> None:
    assert names(ONE + ONE) == ["nmaprun", "host", "port"] * 2
    assert names(BARE + BARE + ONE) == ["nmaprun", "up", "nmaprun", "up", "nmaprun", "host", "port"]


def test_a_document_after_a_cut_one_is_read_wherever_the_cut_is() -> None:
    for cut in range(1, len(ONE) - 1):
        found = names(ONE[:cut] + ONE)
        assert found[-3:] == ["nmaprun", "host", "port"]
        assert found.count("!") <= 1


def test_blanks_around_documents_are_no_damage() -> None:
    assert names(b"\r\n\n" + BARE + b"\n\n \n" + ONE + b"\n") == [
        "nmaprun",
        "up",
        "nmaprun",
        "host",
        "port",
    ]


def test_nothing_is_nothing() -> None:
    assert names(b"") == names(b" \n") == []


def test_damage_says_where_it_is() -> None:
    (broken,) = [e for e in document_events(BytesIO(ONE + ONE[:-20])) if isinstance(e, Broken)]
    assert broken.reason == "the document is cut off"
    assert len(ONE) < int(broken.where.removeprefix("byte ")) <= 2 * len(ONE)


def test_bytes_that_are_no_utf_8_become_text() -> None:
    events: list[Event | Broken] = list(
        document_events(Trickle("<a b='é'/>".encode()[:-4] + b"\xff'/>"))
    )
    assert events[0] == Start("a", {"b": "\\xc3\\xff"})


@given(
    st.lists(
        st.sampled_from([ONE, BARE, b"<nmaprun ", b"<?xml ", b"junk", b"<!--", b"\xff"]), max_size=6
    )
)
def test_any_mixture_is_read_without_raising(parts: list[bytes]) -> None:
    names(b"".join(parts))


@given(st.binary(max_size=200), st.integers(0, len(ONE)))
def test_any_bytes_within_a_document_are_read_without_raising(junk: bytes, at: int) -> None:
    names(ONE[:at] + junk + ONE[at:])
