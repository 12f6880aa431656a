"""Bytes to requests: each case whole, byte by byte and cut everywhere says the same."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Request
from gatewatch.acs.http.reading import Continue, Event, Refusal, RequestReader

LIMITS = Limits(head_bytes=400, headers=8, body_bytes=100)
POST = b"POST /acs HTTP/1.1\r\nHost: a\r\n"

REQUESTS = {
    "with a body": (POST + b"Content-Length: 3\r\n\r\nabc", b"abc"),
    "empty": (POST + b"Content-Length: 0\r\n\r\n", b""),
    "empty without a length": (POST + b"\r\n", b""),
    "empty with an empty type (cwmp-sim)": (
        POST + b"Content-Type:\r\nContent-Length: 0\r\n\r\n",
        b"",
    ),
    "in chunks": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
        b"abc",
    ),
    "lower case headers": (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx", b"x"),
    "without a host": (b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", b"x"),
    "of HTTP/1.0": (b"POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", b"x"),
    "after a blank line": (b"\r\n" + POST + b"Content-Length: 1\r\n\r\nx", b"x"),
    "with 8-bit text in a header": (POST + b"X: \xe9\r\nContent-Length: 1\r\n\r\nx", b"x"),
    "with an absolute target": (b"POST http://a/b HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", b"x"),
}
REFUSALS = {
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "an upgrade": (
        POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx",
        400,
    ),
    "a tunnel": (b"CONNECT a:443 HTTP/1.1\r\n\r\n", 400),
    "a bare line feed": (b"POST / HTTP/1.1\nHost: a\n\n", 400),
    "chunks and a length": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "two lengths": (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
    "a length with a sign": (POST + b"Content-Length: +3\r\n\r\nabc", 400),
    "a blank before the colon": (POST + b"Content-Length : 3\r\n\r\nabc", 400),
    "a zero byte in a header": (POST + b"X: a\0b\r\n\r\n", 400),
    "a long header": (POST + b"X: " + b"a" * 500 + b"\r\n\r\n", 431),
    "a long target": (b"POST /" + b"a" * 500 + b" HTTP/1.1\r\n\r\n", 431),
    "many headers": (POST + b"X: a\r\n" * 9 + b"\r\n", 431),
    "a large length": (POST + b"Content-Length: 101\r\n\r\n", 413),
    "an absurd length": (POST + b"Content-Length: 10000000000\r\n\r\n", 413),
    "large chunks": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n65\r\n" + b"a" * 101 + b"\r\n0\r\n\r\n",
        413,
    ),
    "another expectation": (POST + b"Expect: a miracle\r\nContent-Length: 1\r\n\r\nx", 417),
}


def fed(pieces: Iterator[bytes] | list[bytes]) -> list[Event]:
    reader = RequestReader(LIMITS)
    return [event for piece in pieces for event in reader.feed(piece)]


def feeds(data: bytes) -> Iterator[list[bytes]]:
    """Whole, byte by byte, and in two at every place."""
    yield [data]
    yield [data[place : place + 1] for place in range(len(data))]
    for place in range(1, len(data)):
        yield [data[:place], data[place:]]


@pytest.mark.parametrize(("data", "body"), REQUESTS.values(), ids=REQUESTS)
def test_a_request_is_read_however_it_arrives(data: bytes, body: bytes) -> None:
    for pieces in feeds(data):
        (request,) = fed(pieces)
        assert isinstance(request, Request)
        assert (request.method, request.body) == ("POST", body)


@pytest.mark.parametrize(("data", "status"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_no_request_is_refused_once_however_it_arrives(data: bytes, status: int) -> None:
    for pieces in feeds(data):
        assert fed(pieces) == [Refusal(status)]


def test_who_waits_for_a_word_before_the_body_gets_it() -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    reader = RequestReader(LIMITS)
    assert reader.feed(head) == [Continue()]
    assert isinstance(reader.feed(b"x")[0], Request)


def test_a_body_that_is_too_large_is_not_asked_for() -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: 101\r\n\r\n"
    assert fed([head]) == [Refusal(413)]


def test_http_1_0_is_not_told_to_continue() -> None:
    head = b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    (request,) = fed([head])
    assert isinstance(request, Request)


def test_a_second_request_before_the_answer_is_dropped_and_marked() -> None:
    one = POST + b"Content-Length: 1\r\n\r\nx"
    for pieces in feeds(one + one):
        reader = RequestReader(LIMITS)
        events = [event for piece in pieces for event in reader.feed(piece)]
        assert len(events) == 1
        assert reader.pipelined


def test_a_line_end_after_a_body_is_no_second_request() -> None:
    reader = RequestReader(LIMITS)
    reader.feed(POST + b"Content-Length: 1\r\n\r\nx\r\n")
    reader.feed(b"\r\n")
    assert not reader.pipelined
    reader.answered()
    assert isinstance(reader.feed(POST + b"\r\n")[0], Request)


def test_after_an_answer_the_next_request_starts_afresh() -> None:
    reader = RequestReader(LIMITS)
    for body in (b"abc", b"", b"x"):
        (request,) = reader.feed(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert isinstance(request, Request)
        assert request.body == body
        reader.answered()


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        (b"HTTP/1.1\r\n", True),
        (b"HTTP/1.1\r\nConnection: close\r\n", False),
        (b"HTTP/1.0\r\n", False),
        (b"HTTP/1.0\r\nConnection: keep-alive\r\n", True),
    ],
)
def test_whether_the_connection_stays_is_the_peers_word(line: bytes, stays: bool) -> None:
    reader = RequestReader(LIMITS)
    reader.feed(b"POST / " + line + b"Content-Length: 0\r\n\r\n")
    assert reader.keep_alive is stays


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_give_requests_or_one_refusal(pieces: list[bytes]) -> None:
    events = fed(pieces)
    refusals = [event for event in events if isinstance(event, Refusal)]
    assert len(refusals) <= 1
    assert not refusals or events[-1] is refusals[0]
