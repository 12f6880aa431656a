# Invariant: whatever a server says, a fetch gives the file whole with its digest, or None when
# there is no newer one, or one line; the old file is else as it was, and nothing is beside it. A
# list of checksums gives a digest or None.
"""Tries pipeline/fetch.py and pipeline/wire.py."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from fuzz.laws import check_one_line

from gatewatch.model.errors import FetchFailed
from gatewatch.pipeline.fetch import digest_in, fetch, is_digest

__all__ = ["SEEDS", "TOKENS", "one"]

_OLD = b"old"
_LIMIT = 4096
# What a pair of sockets holds while nobody reads.
_MOST = 64 * 1024
SEEDS = [
    b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "1"\r\n\r\ntable',
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntable\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nLast-Modified: Tue, 24 Nov 2026 10:00:00 GMT\r\n\r\ntable",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /other?x\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    b"0123456789abcdef0123456789abcdef  t.csv\nMD5 (u.csv) = 0123456789abcdef0123456789abcdef\n",
]
TOKENS = [
    *(b"\r\n", b"\n", b": ", b"HTTP/1.1 ", b"200", b"304", b"302", b"Content-Length: ", b"chunked"),
    *(b"Location: ", b"https://", b"http://127.0.0.1/", b"//", b"[", b"@", b"<html", b"-1"),
    *(b"ffffffffffffffff", b"Transfer-Encoding: ", b"ETag: ", b"\x00", b"\xff", b"t.csv"),
]


def one(data: bytes) -> None:
    """Fetches from a server that says `data` whenever it is asked, and finds a digest in it."""
    digest = digest_in(data.decode("utf-8", "replace"), "t.csv")
    assert digest is None or is_digest(digest)

    @contextmanager
    def connected(*_: object) -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(data[:_MOST])
            theirs.shutdown(socket.SHUT_WR)
            yield ours

    with TemporaryDirectory() as folder, patch("gatewatch.pipeline.wire._connected", connected):
        target = Path(folder) / "t.csv"
        target.write_bytes(_OLD)
        try:
            fetched = fetch("http://127.0.0.1/t.csv", target, limit=_LIMIT, etag='"1"')
        except FetchFailed as error:
            check_one_line(error)
            fetched = None
        content = target.read_bytes()
        assert [path.name for path in Path(folder).iterdir()] == ["t.csv"]
    if fetched is None:
        assert content == _OLD
    else:
        assert 0 < fetched.size == len(content) <= _LIMIT
        assert fetched.sha256 == hashlib.sha256(content).hexdigest()
