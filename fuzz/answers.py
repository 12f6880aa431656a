"""What devices say, as good inputs: every kind of simulated device, with fixed values filled in."""

import re

from gatewatch.acs.device_kinds import device_kinds

__all__ = ["ANSWERS", "TOKENS", "split"]

_PLACEHOLDER = re.compile(r"\{([a-z]+)([0-9]*)[0-9a-z_]*\}")
_FIXED = {
    "date": "Fri, 20 Nov 2026 00:00:00 GMT",
    "asctime": "Fri Nov 20 00:00:00 2026",
    "unixtime": "1795132800",
    "host": "192.0.2.7",
    "port": "7547",
    "mac": "00-00-5E-00-53-07",
    "serial": "CN00C0FFEE",
    "b": "N2UyNjgxMjA6NjQ1MWZiOTA6IDJlNjI5NDB=",
}
_DIGITS = "0123456789abcdef" * 3


def _fill(found: re.Match[str]) -> str:
    word, number = found.groups()
    return _FIXED.get(word, _DIGITS[: int(number or 9)])


def _answer(head: str, body: str, *, chunked: bool) -> bytes:
    body = _PLACEHOLDER.sub(_fill, body)
    head = _PLACEHOLDER.sub(_fill, head.replace("{length}", str(len(body))))
    if chunked:
        body = f"{len(body):x}\r\n{body}\r\n0\r\n\r\n"
    return (head + body).encode("latin-1")


ANSWERS = [_answer(kind.head, kind.body, chunked=kind.chunked) for kind in device_kinds().values()]
"""One answer of each kind."""

TOKENS = [
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 401", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP1.1 200\n"),
    *(b" 200 Ok\r\n", b"UNKNOWN 400 Bad", b"\r\n\r\n", b"\n\n", b"\r\r\n", b"\r\n ", b"\r\n\t"),
    *(b"Content-Length: 5\r\n", b"Content-Length: 5, 5\r\n", b"content-length:99999999999999999"),
    *(b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n", b"ffffffffffffff\r\n"),
    *(b"Server: ", b"Date: ", b"Expires: 0\r\n", b"ETag: ", b"Age: ", b"Set-Cookie: a=b; expires="),
    *(b"WWW-Authenticate: Digest ", b'nonce="', b'opaque="', b"realm=", b'realm="My Router"'),
    *(b"Basic", b"Negotiate ", b"NTLM TlRMTVNTUAAB", b", Digest ", b'stale="FALSE"', b"<title>"),
    *(b"</title>", b"Mon, 01-Jan-26 00:00:00 GMT", b"192.0.2.7", b"T3BhcXVl", b"abcdef0123456789"),
]
"""Words that mean something to those who read answers."""


def split(data: bytes) -> tuple[bytes, bytes]:
    """Head and body of an answer: what stands before and after its first blank line."""
    head, blank, body = data.partition(b"\r\n\r\n")
    return head + blank, body
