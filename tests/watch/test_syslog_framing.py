"""Messages come out of a stream whole, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.watch.syslog_framing import LONGEST, Framing, one_line


def fed(data: bytes, step: int) -> list[bytes]:
    framing = Framing()
    found = []
    for at in range(0, len(data), step):
        found += framing.feed(data[at : at + step])
    return found + framing.feed(b"", last=True)


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"<13>a\n<13>b\n", [b"<13>a", b"<13>b"]),
        (b"<13>a\r\n\n<13>b\0<13>c", [b"<13>a", b"<13>b", b"<13>c"]),
        (b"5 <13>a6 <13>bc", [b"<13>a", b"<13>bc"]),
        (b"7 <13>a\nb5 <13>c", [b"<13>a b", b"<13>c"]),
        (b'{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
        (b"2026-11-20T09:00:00Z a\n", [b"2026-11-20T09:00:00Z a"]),
        (b"1,2026/11/20 a\n", [b"1,2026/11/20 a"]),
        (b"", []),
        (b"\n\n", []),
    ],
)
@pytest.mark.parametrize("step", [1, 2, 3, 1000])
def test_a_stream_gives_its_messages(data: bytes, messages: list[bytes], step: int) -> None:
    assert fed(data, step) == messages


@given(messages=st.lists(st.binary(min_size=1, max_size=200), max_size=8), step=st.integers(1, 90))
def test_counted_messages_come_as_they_were_sent(messages: list[bytes], step: int) -> None:
    data = b"".join(b"%d %s" % (len(message), message) for message in messages)
    assert fed(data, step) == [line for line in map(one_line, messages) if line]


@given(data=st.binary(max_size=500), step=st.integers(1, 40))
def test_any_bytes_give_single_lines_or_the_end(data: bytes, step: int) -> None:
    found = fed(data, step)
    assert all(b"\n" not in message and len(message) <= LONGEST for message in found)
    assert found == fed(data, len(data) or 1)


def test_a_count_that_does_not_fit_ends_the_connection() -> None:
    framing = Framing()
    assert framing.feed(b"3 abcx") == [b"abc"]
    assert framing.lost
    assert framing.feed(b"3 abc") == []


@pytest.mark.parametrize("begin", [b"9999999 ", b""])
def test_an_endless_message_is_cut_in_bounded_memory(begin: bytes) -> None:
    framing = Framing()
    found = framing.feed(begin)
    for _ in range(100):
        found += framing.feed(b"x" * LONGEST)
        assert len(framing._buffer) <= 2 * LONGEST
    assert found == [b"x" * LONGEST]


def test_after_an_endless_line_the_next_one_is_read() -> None:
    framing = Framing()
    framing.feed(b"x" * 3 * LONGEST)
    assert framing.feed(b"xx\n<13>a\n") == [b"<13>a"]
