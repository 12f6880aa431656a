# Invariant: any input gives plain bytes, then the end, and a word about its damage if it has any;
# the same whatever pieces it comes in and is asked for; or an error of the house. Memory does not
# grow with what the input claims; time is linear in what comes in and goes out.
"""Tries formats/compression.py with formats/decoders.py and formats/zip_members.py."""

import bz2
import gzip
import io
import lzma
import zipfile
from itertools import cycle
from typing import BinaryIO, cast

import zstandard
from fuzz.laws import check_one_line

from gatewatch.formats.compression import open_plain
from gatewatch.model.errors import EmptyInput, InputUnreadable

__all__ = ["SEEDS", "TOKENS", "one"]

_TEXT = b"".join(b'{"ip":"192.0.2.%d","n":%d}\n' % (n, n * 7919) for n in range(60))
# Bombs are bounded elsewhere; here it is enough to see their beginning.
_MOST = 4 * 1024 * 1024


def _zip(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in ("a.csv", "folder/", "b.csv"):
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 0, 0, 0)), _TEXT, method)
    return out.getvalue()


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


SEEDS = [
    *(_TEXT, gzip.compress(_TEXT, mtime=0) * 2, bz2.compress(_TEXT), lzma.compress(_TEXT)),
    *(_zstd(_TEXT) * 2, _zstd(bytes(300_000)), gzip.compress(bytes(300_000), mtime=0)),
    *map(_zip, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
    *(gzip.compress(_zstd(_TEXT), mtime=0), b"\xef\xbb\xbf" + _TEXT),
    _TEXT.decode().encode("utf-16"),
    gzip.compress(_TEXT, mtime=0) + bytes(512),
    b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + _zstd(_TEXT),
]
TOKENS = [
    *(b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18"),
    b"PK\x03\x04",
    *(b"PK\x05\x06", b"PK\x01\x02", b"PK\x07\x08", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00"),
    b"\x08\x00",
    *(bytes(64), gzip.compress(b"", mtime=0), _zstd(b""), lzma.compress(b""), bz2.compress(b"")),
]


class _Dripping(io.RawIOBase):
    """A pipe that gives little at a time."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._rest = io.BytesIO(data)
        self._sizes = cycle((1, 5, 2, 4096, 65_536))

    def read(self, size: int = -1) -> bytes:
        """A few bytes."""
        return self._rest.read(min(next(self._sizes), size))


def one(data: bytes) -> None:
    """Unpacks `data` as standard input, whole and dripping."""
    whole = _read(io.BytesIO(data), (1 << 20,))
    dripped = _read(cast("BinaryIO", _Dripping(data)), (1, 70, 8192, 100_000))
    assert whole == dripped, (whole, dripped)


def _read(stream: BinaryIO, sizes: tuple[int, ...]) -> tuple[bytes, str | None] | str:
    """The first bytes that come out, and the damage; or the error."""
    found = bytearray()
    try:
        with open_plain("-", stream) as plain:
            head = plain.head()
            for size in cycle(sizes):
                piece = plain.stream.read(size)
                found += piece
                if len(piece) < size or len(found) > _MOST:
                    break
            assert found.startswith(head[: len(found)])
            done = len(found) <= _MOST
            return bytes(found[:_MOST]), plain.damage if done else None
    except (InputUnreadable, EmptyInput) as error:
        check_one_line(error)
        return str(error)
