"""Compressed bodies are read within a bound."""

import gzip
import tracemalloc
import zlib

import pytest

from gatewatch.acs.http.bodies import CannotDecode, decoded

XML = b"<Inform/>" * 100


def gzipped(body: bytes) -> bytes:
    """Without the time of day, which would give the test another name in each process."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (XML, ""),
        (XML, "identity"),
        (gzipped(XML), "gzip"),
        (gzipped(XML), " GZIP "),
        (zlib.compress(XML), "deflate"),
        (zlib.compress(XML, wbits=-15), "deflate"),
    ],
)
def test_a_body_is_read_in_each_coding(body: bytes, coding: str) -> None:
    assert decoded(body, coding, 10_000) == XML


@pytest.mark.parametrize(
    ("body", "coding", "status"),
    [
        (XML, "br", 415),
        (XML, "gzip", 400),
        (gzipped(XML)[:-4], "gzip", 400),
        (gzipped(XML) + b"more", "gzip", 400),
        (gzipped(bytes(10_001)), "gzip", 413),
    ],
)
def test_what_cannot_be_read_has_its_status(body: bytes, coding: str, status: int) -> None:
    with pytest.raises(CannotDecode) as error:
        decoded(body, coding, 10_000)
    assert error.value.status == status


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(CannotDecode):
            decoded(bomb, "gzip", 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
