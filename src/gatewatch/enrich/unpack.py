"""A file as its publisher packs it, unpacked: gzip, and a tar archive with one table in it.

Sizes are bounded before anything is written; of a tar archive (POSIX ustar) only the headers are
read, block by block, and nothing in it names a file on this disk.
"""

import gzip
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

__all__ = ["archive", "unpacked"]

# Beyond this a file is no table of the Internet's networks: published ones have 300 MB.
_MOST_BYTES = 4 << 30
_CHUNK = 1 << 20
_BLOCK = 512
# MaxMind's archives have four members: the table, its licence, a notice, a read-me.
_MOST_MEMBERS = 1000
_TABLE = b".mmdb"

_PACKED: Mapping[bytes, str] = {
    b"PK\x03\x04": "it is a zip archive",
    b"\xfd7zXZ\x00": "it is packed with xz",
    b"\x28\xb5\x2f\xfd": "it is packed with zstd",
    b"BZh": "it is packed with bzip2",
}


def archive(head: bytes) -> str | None:
    """What kind of archive begins so, when it is none that was unpacked."""
    if head[257:262] == b"ustar":
        return "it is a tar archive without one .mmdb in it"
    return next((text for magic, text in _PACKED.items() if head.startswith(magic)), None)


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, str]]:
    """A regular, uncompressed file with the content of `path`, and the SHA-256 of `path`."""
    with TemporaryDirectory(prefix="gatewatch-") as folder:
        given = plain = path
        if path.is_fifo():
            given = plain = Path(folder) / "given"
            with path.open("rb") as pipe:
                _copy(pipe, given)
        elif path.exists() and not path.is_file() and not path.is_dir():
            raise ValueError("it is no file")
        with given.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            packed = stream.read(2) == b"\x1f\x8b"
        if packed:
            plain = Path(folder) / "plain"
            with gzip.open(given) as unpacking:
                _copy(unpacking, plain)
        if member := _table_in(plain):
            table = Path(folder) / "table"
            with plain.open("rb") as tar:
                tar.seek(member[0])
                _copy(tar, table, member[1])
            plain = table
        yield plain, sha256


def _table_in(path: Path) -> tuple[int, int] | None:
    """Where in a tar archive its only MMDB begins, and its size; None for anything else."""
    found = []
    with path.open("rb") as tar:
        for _ in range(_MOST_MEMBERS):
            head = tar.read(_BLOCK)
            size = head[124:136].rstrip(b"\0 ")
            if head[257:262] != b"ustar" or not re.fullmatch(b"[0-7]{1,11}", size):
                break
            length = int(size, 8)
            if head[:100].rstrip(b"\0").endswith(_TABLE) and head[156:157] in b"0\0":
                found.append((tar.tell(), length))
            tar.seek(-(-length // _BLOCK) * _BLOCK, os.SEEK_CUR)
    return found[0] if len(found) == 1 else None


def _copy(source: "BinaryIO | gzip.GzipFile", target: Path, size: int | None = None) -> None:
    """Copies `size` bytes, or all; raises ValueError when that is too much."""
    most = _MOST_BYTES + 1 if size is None else size
    with target.open("wb") as out:
        while chunk := source.read(min(_CHUNK, most - out.tell())):
            out.write(chunk)
            if out.tell() > _MOST_BYTES:
                raise ValueError("it is larger than any table of networks")
