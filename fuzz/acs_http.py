# Invariant: any bytes, whole or in pieces, give the same requests and at most one refusal, which is
# the last; no head, body or number of headers is beyond its limit; nothing is raised.
"""Tries acs/http/reading.py and acs/http/bodies.py."""

import gzip
from zlib import crc32

from gatewatch.acs.http.bodies import CannotDecode, decoded
from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Request
from gatewatch.acs.http.reading import Event, Refusal, RequestReader

__all__ = ["SEEDS", "TOKENS", "one"]

_LIMITS = Limits(head_bytes=600, headers=10, body_bytes=200)
_HEAD = b"POST /acs HTTP/1.1\r\nHost: acs.example.org\r\n"
SEEDS = [
    _HEAD + b"Content-Length: 9\r\n\r\n<Inform/>",
    _HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n<Inform/>\r\n0\r\n\r\n",
    _HEAD + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n<Inform/>",
    _HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n",
    b"GET /firmware/abc HTTP/1.0\r\nRange: bytes=0-99\r\n\r\n",
    gzip.compress(b"<Inform/>" * 20),
]
TOKENS = (b"\r\n", b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n")


def _read(pieces: list[bytes]) -> list[Event]:
    reader = RequestReader(_LIMITS)
    return [event for piece in pieces for event in reader.feed(piece)]


def one(data: bytes) -> None:
    """Reads it whole and in two pieces, and unpacks it."""
    cut = crc32(data) % (len(data) + 1)
    whole = _read([data])
    assert whole == _read([data[:cut], data[cut:]])
    assert all(not isinstance(event, Refusal) for event in whole[:-1])
    for event in whole:
        if isinstance(event, Request):
            assert len(event.body) <= _LIMITS.body_bytes
            assert len(event.headers) <= _LIMITS.headers
    for coding in ("gzip", "deflate"):
        try:
            assert len(decoded(data, coding, 200)) <= 200
        except CannotDecode:
            continue
