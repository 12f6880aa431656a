from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.protocol.head import ODDITIES, LineKind, line_kind, parse_head

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "oddities.md"

# Where a status line breaks RFC 9112 section 4: bytes, version, status, reason, oddities.
STATUS_LINES: list[tuple[bytes, str, int | None, str, tuple[str, ...]]] = [
    (b"HTTP/1.1 401 Unauthorized", "HTTP/1.1", 401, "Unauthorized", ()),
    (b"HTTP/1.1 401 Not Authorized", "HTTP/1.1", 401, "Not Authorized", ()),
    (b"HTTP/1.1 501 Unimplimented", "HTTP/1.1", 501, "Unimplimented", ()),
    (b"HTTP/1.0 401 ", "HTTP/1.0", 401, "", ()),
    (b"HTTP/1.0 401", "HTTP/1.0", 401, "", ("status-line",)),
    (b"HTTP1.1 405 Method Not Allowed", "HTTP1.1", 405, "Method Not Allowed", ("status-line",)),
    (b"HTTP/1.1  401 Unauthorized", "HTTP/1.1", 401, "Unauthorized", ("status-line",)),
    (b"http/1.1 200 OK", "http/1.1", 200, "OK", ("status-line",)),
    (b"HTTP/2.0 200 OK", "HTTP/2.0", 200, "OK", ("status-line",)),
    (b" 200 Ok", "", 200, "Ok", ("status-line",)),
    (b"(null) 400 Bad Request", "(null)", 400, "Bad Request", ("status-line",)),
    (b"UNKNOWN 408 Request Timeout", "UNKNOWN", 408, "Request Timeout", ("status-line",)),
    (b"RTSP/1.0 400 Bad Request", "RTSP/1.0", 400, "Bad Request", ("status-line",)),
    (b"HTTP/1.1 200 \xe9t\xe9", "HTTP/1.1", 200, "été", ("high-bytes",)),
    (b"HTTP/1.1 4010 Unauthorized", "", None, "", ("no-colon",)),
    (b"SSH-2.0-dropbear_2019.78", "", None, "", ("no-colon",)),
]

# Header lines as devices send them: bytes, headers read, oddities.
HEADER_LINES: list[tuple[bytes, tuple[tuple[str, str], ...], tuple[str, ...]]] = [
    (b"SERVER: gSOAP/2.7\r\n", (("SERVER", "gSOAP/2.7"),), ()),
    (b"Www-Authenticate: Basic realm=x\r\n", (("Www-Authenticate", "Basic realm=x"),), ()),
    (b"Conection: close\r\n", (("Conection", "close"),), ()),
    (b"Server:\r\n", (("Server", ""),), ()),
    (b"Server:  \r\n", (("Server", ""),), ()),
    (b"EXT:\r\nServer: x\r\n", (("EXT", ""), ("Server", "x")), ()),
    (b"Server: Allegro/ 2.10\r\n", (("Server", "Allegro/ 2.10"),), ()),
    (b'A: realm="DGN1000 "\r\n', (("A", 'realm="DGN1000 "'),), ()),
    (b"Server : x\r\n", (("Server", "x"),), ("blank-before-colon",)),
    (b"Server x\r\nA: b\r\n", (("A", "b"),), ("no-colon",)),
    (b"Server: x\nA: b\n", (("Server", "x"), ("A", "b")), ("bare-lf",)),
    (b"Server: x\r\r\nA: b\r\n", (("Server", "x"), ("A", "b")), ("bare-cr",)),
    (b"Server: x\ry\r\n", (("Server", "x\ry"),), ("bare-cr",)),
    (b"Server: \xe4\xff\r\n", (("Server", "äÿ"),), ("high-bytes",)),
    (b"Server: a\x00b\r\n", (("Server", "a\x00b"),), ("nul",)),
    (b": x\r\n", (("", "x"),), ("odd-name",)),
    (b"What is: x\r\n", (("What is", "x"),), ("odd-name",)),
    (b"A: Digest\r\n\trealm=x,\r\n qop=y\r\n", (("A", "Digest realm=x, qop=y"),), ("folded",)),
    (b"A:\r\n b\r\n", (("A", "b"),), ("folded",)),
    (b"A: 1\r\n 2\r\n \t\r\n 3\r\nB: 4\r\n 5\r\n", (("A", "1 2 3"), ("B", "4 5")), ("folded",)),
    (b"Content-Length: 0\r\nContent-Length: 0\r\n",
     (("Content-Length", "0"), ("Content-Length", "0")), ()),
    (b"Content-Length: 0\r\nContent-Length: 5\r\n",
     (("Content-Length", "0"), ("Content-Length", "5")), ("two-lengths",)),
    (b"Content-Length: -1\r\n", (("Content-Length", "-1"),), ("bad-length",)),
    (b"Content-Length: 9\r\nTransfer-Encoding: Chunked\r\n",
     (("Content-Length", "9"), ("Transfer-Encoding", "Chunked")), ("length-and-chunked",)),
]  # fmt: skip


@pytest.mark.parametrize(("line", "version", "status", "reason", "oddities"), STATUS_LINES)
def test_status_lines_are_read_as_far_as_they_go(
    line: bytes, version: str, status: int | None, reason: str, oddities: tuple[str, ...]
) -> None:
    head = parse_head(line + b"\r\n\r\n")
    assert (head.version, head.status, head.reason) == (version, status, reason)
    assert head.oddities == oddities


@pytest.mark.parametrize(("lines", "headers", "oddities"), HEADER_LINES)
def test_header_lines_are_read_as_devices_send_them(
    lines: bytes, headers: tuple[tuple[str, str], ...], oddities: tuple[str, ...]
) -> None:
    head = parse_head(b"HTTP/1.1 401 Unauthorized\r\n" + lines + b"\r\n")
    assert head.headers == headers
    assert head.oddities == oddities


def test_hp_printers_headers_before_the_status_line_come_first() -> None:
    head = parse_head(
        b"X-Content-Type-Options: no-sniff\r\nCache-Control: no-cache\r\n"
        b"HTTP/1.1 200 OK\r\nServer: gSOAP/2.7\r\n\r\n"
    )
    assert head.status == 200
    assert [name for name, _ in head.headers] == [
        "X-Content-Type-Options", "Cache-Control", "Server",
    ]  # fmt: skip
    assert head.oddities == ("headers-before-status",)


def test_a_blank_line_before_the_status_line_is_no_header() -> None:
    head = parse_head(b"\r\nHTTP/1.1 200 OK\r\nServer: x\r\n\r\n")
    assert (head.status, head.headers) == (200, (("Server", "x"),))
    assert head.oddities == ("blank-line",)


def test_a_status_line_after_other_talk_is_none() -> None:
    assert parse_head(b"<html>\r\nHTTP/1.1 200 OK\r\n\r\n").status is None
    assert parse_head(b"a: b\r\n" * 5 + b"HTTP/1.1 200 OK\r\n\r\n").status is None


def test_headers_alone_are_read_without_a_status_line() -> None:
    head = parse_head(b"Server: x\r\nContent-Length: 0\r\n\r\n")
    assert head.status is None
    assert head.get("server") == "x"
    assert head.oddities == ()


def test_nothing_gives_nothing() -> None:
    head = parse_head(b"")
    assert (head.version, head.status, head.headers, head.oddities) == ("", None, (), ())


def test_get_is_the_first_and_all_are_in_order_whatever_the_case() -> None:
    head = parse_head(
        b"HTTP/1.1 401 x\r\nWWW-Authenticate: Digest a\r\nwww-authenticate: b\r\n\r\n"
    )
    assert head.get("Www-Authenticate") == "Digest a"
    assert head.all("WWW-AUTHENTICATE") == ["Digest a", "b"]
    assert head.get("Server") is None


def test_a_head_may_be_one_header_of_many_folds() -> None:
    head = parse_head(b"A:" + b"\r\n b" * 9999)
    assert head.headers == (("A", " ".join("b" * 9999)),)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"HTTP/1.1 200 OK", LineKind.STATUS),
        (b" 200 Ok", LineKind.STATUS),
        (b"Server: x", LineKind.HEADER),
        (b"X-A : y", LineKind.HEADER),
        (b"", LineKind.BLANK),
        (b" \t", LineKind.BLANK),
        (b"<html xmlns:a='b'>", LineKind.OTHER),
        (b"220 router FTP: ready", LineKind.OTHER),
        (b"\x15\x03\x01\x00\x02\x02\x28", LineKind.OTHER),
    ],
)
def test_first_lines_are_told_apart(line: bytes, kind: LineKind) -> None:
    assert line_kind(line) is kind


@given(st.binary(max_size=600))
def test_any_bytes_give_a_head_with_known_oddities(raw: bytes) -> None:
    head = parse_head(raw)
    assert set(head.oddities) <= ODDITIES.keys()
    assert list(head.oddities) == sorted(head.oddities)


_SHARDS = st.sampled_from(
    [b"HTTP/1.1", b"HTTP1.1", b" ", b"401", b"200 OK", b"\r\n", b"\n", b"\r", b":", b"Server",
     b"Content-Length", b"Transfer-Encoding", b"chunked", b"0", b"-", b"\t", b"\x00", b"\xff"]
)  # fmt: skip


@given(st.lists(_SHARDS, max_size=40).map(b"".join))
def test_shards_of_heads_never_raise_and_lose_no_status_line(raw: bytes) -> None:
    head = parse_head(b"HTTP/1.1 200 OK\r\n" + raw)
    assert head.status == 200
    assert set(head.oddities) <= ODDITIES.keys()


def test_every_oddity_has_a_row_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip().strip("`") for line in page.splitlines() if "| `" in line]
    assert rows == sorted(ODDITIES)
    for name, sentence in ODDITIES.items():
        assert f"| `{name}` | {sentence}" in page
