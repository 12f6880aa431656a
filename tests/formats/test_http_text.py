"""Answers made from banners and from headers already taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.http_text import (
    answer_from_raw,
    header_name,
    http_answer,
    octets,
    rebuilt_head,
    tls_pairs,
)
from gatewatch.model.observation import BODY_LIMIT, HEAD_LIMIT, Mark, Outcome, Spoke
from gatewatch.protocol.head import parse_head


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("www_authenticate", "WWW-Authenticate"),
        ("WWW_Authenticate", "WWW-Authenticate"),
        ("Www-Authenticate", "WWW-Authenticate"),
        ("content_length", "Content-Length"),
        ("x_frame_options", "X-Frame-Options"),
        ("etag", "ETag"),
        ("ext", "EXT"),
        ("soapaction", "SOAPAction"),
        ("", ""),
    ],
)
def test_names_get_their_usual_spelling(name: str, expected: str) -> None:
    assert header_name(name) == expected


def test_one_answer_gives_one_head_whichever_tool_took_it_apart() -> None:
    zgrab2 = [("content_length", "0"), ("www_authenticate", "Digest a"), ("x_b", "1")]
    censys = [("X-B", b"1"), ("WWW_Authenticate", b"Digest a"), ("Content_Length", b"0")]
    head = rebuilt_head("HTTP/1.1", 401, "Unauthorized", zgrab2)
    assert head == rebuilt_head("HTTP/1.1", 401, "Unauthorized", censys)
    assert head == (
        b"HTTP/1.1 401 Unauthorized\r\n"
        b"Content-Length: 0\r\nWWW-Authenticate: Digest a\r\nX-B: 1\r\n\r\n"
    )


def test_values_of_one_name_keep_their_order() -> None:
    head = rebuilt_head("HTTP/1.1", 200, "OK", [("set_cookie", "b=1"), ("set_cookie", "a=2")])
    assert parse_head(head).all("set-cookie") == ["b=1", "a=2"]


@pytest.mark.parametrize(
    ("version", "status", "headers", "expected"),
    [
        ("", 404, [], b" 404 x\r\n\r\n"),
        ("HTTP/1.1", None, [("server", "y")], b"Server: y\r\n\r\n"),
        ("HTTP/1.1", None, [], b""),
        ("HTTP/1.1", 7, [], b"HTTP/1.1 007 x\r\n\r\n"),
    ],
)
def test_what_is_unknown_is_left_out(
    version: str, status: int | None, headers: list[tuple[str, str]], expected: bytes
) -> None:
    assert rebuilt_head(version, status, "x", headers) == expected


@given(
    st.text(max_size=20),
    st.text(max_size=20),
    st.lists(st.tuples(st.text(max_size=12), st.text() | st.binary()), max_size=5),
)
def test_no_part_can_forge_a_header(
    version: str, reason: str, headers: list[tuple[str, str | bytes]]
) -> None:
    head = rebuilt_head(version, 200, reason, headers)
    assert head.endswith(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    assert len(lines) <= 1 + len(headers)
    assert b"\x00" not in head
    assert not any(set(line) & set(b"\r\n") for line in lines)


def test_a_hostile_value_becomes_one_line() -> None:
    head = rebuilt_head(
        "HTTP/1.1", 200, "OK", [("server", "a\r\nSet-Cookie: x\x00y"), ("a:b", "c")]
    )
    assert parse_head(head).headers == (("A b", "c"), ("Server", "a Set-Cookie: x y"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("caf\xe9", b"caf\xc3\xa9"), ("caf\udce9", b"caf\xe9"), ("\ud83d\xe9", b"?\xc3\xa9")],
)
def test_text_becomes_the_bytes_it_stood_for(text: str, expected: bytes) -> None:
    assert octets(text) == expected


@pytest.mark.parametrize(
    ("raw", "spoke", "head", "body"),
    [
        (b"", Spoke.CONNECTED, b"", b""),
        (b"HTTP/1.1 200 OK\r\n\r\nbody", Spoke.HTTP, b"HTTP/1.1 200 OK\r\n\r\n", b"body"),
        (b"HTTP/1.0 200 OK\n\nbody", Spoke.HTTP, b"HTTP/1.0 200 OK\n\n", b"body"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r", Spoke.HTTP, b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nA: b", Spoke.HTTP, b"HTTP/1.1 200 OK\r\nA: b", b""),
        (b"SSH-2.0-dropbear\r\n\r\nx", Spoke.OTHER, b"SSH-2.0-dropbear\r\n\r\nx", b""),
        (b"\x15\x03\x01", Spoke.OTHER, b"\x15\x03\x01", b""),
    ],
)  # fmt: skip
def test_a_banner_is_cut_into_head_and_body(
    raw: bytes, spoke: Spoke, head: bytes, body: bytes
) -> None:
    answer = answer_from_raw(raw)
    assert (answer.spoke, answer.head, answer.body, answer.marks) == (
        spoke,
        head,
        body,
        frozenset(),
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * HEAD_LIMIT + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"b" * (BODY_LIMIT + 1),
        b"\x15" * (HEAD_LIMIT + 1),
    ],
)
def test_what_is_too_long_is_cut_and_marked(raw: bytes) -> None:
    answer = answer_from_raw(raw, Outcome.IO_TIMEOUT, frozenset({Mark.LOSSY}))
    assert answer.marks == {Mark.LOSSY, Mark.TRUNCATED}
    assert answer.outcome is Outcome.IO_TIMEOUT
    assert len(answer.head) <= HEAD_LIMIT
    assert len(answer.body) <= BODY_LIMIT


def test_what_fits_exactly_is_not_marked() -> None:
    assert http_answer(b"h" * HEAD_LIMIT, b"b" * BODY_LIMIT).marks == frozenset()


@given(st.binary(max_size=300))
def test_any_bytes_make_an_answer(raw: bytes) -> None:
    answer = answer_from_raw(raw)
    assert (answer.head + answer.body).startswith(raw)


def test_tls_facts_are_sorted_and_only_text() -> None:
    assert tls_pairs(version="TLSv1.2", subject="CN=a", cipher="", issuer=None, sha256=7) == (
        ("subject", "CN=a"),
        ("version", "TLSv1.2"),
    )
