"""Writes that survive a crash: write beside, fsync, rename, fsync the folder.

POSIX promises that a rename replaces its target in one step and, after the folder's fsync, for
good. Running out of space or permission becomes `LakeUnwritable`, or what the folder's `Owner`
says; what was there stays.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gatewatch.model.errors import GatewatchError, LakeBusy, LakeUnwritable

__all__ = ["LAKE", "Owner", "fingerprint_of", "replace_file", "settle", "sync_folder", "writing"]

_MENDS = {
    errno.ENOSPC: ("no space is left", "free space or choose another {option}"),
    errno.EDQUOT: ("the disk quota is used up", "free space or choose another {option}"),
    errno.EACCES: ("permission is denied", "choose a {option} that you may write"),
    errno.EPERM: ("permission is denied", "choose a {option} that you may write"),
    errno.EROFS: ("the file system is read-only", "choose a {option} that you may write"),
    errno.ENOTDIR: ("a part of the path is a file", "choose another {option}"),
}

# DuckDB passes the system's error on inside its message.
_ERRNO = re.compile(r'"errno":"(\d+)"')


class Owner(NamedTuple):
    """Whose folder is written to: how its failures read."""

    unwritable: type[GatewatchError]
    busy: type[GatewatchError]
    option: str
    """The option that chooses the folder."""


LAKE = Owner(LakeUnwritable, LakeBusy, "--lake")


@contextmanager
def writing(place: Path, owner: Owner = LAKE) -> Iterator[None]:
    """Turns what the operating system says of a failed write below `place` into one line."""
    import duckdb

    try:
        yield
    except OSError as error:
        raise _unwritable(place, error.errno or 0, owner) from error
    except duckdb.IOException as error:
        found = _ERRNO.search(str(error))
        if not found:
            raise
        raise _unwritable(place, int(found[1]), owner) from error


def _unwritable(place: Path, number: int, owner: Owner) -> GatewatchError:
    what, mend = _MENDS.get(number, (os.strerror(number), "see the disk and the system's log"))
    return owner.unwritable(where=place, what=what, mend=mend.format(option=owner.option))


def replace_file(path: Path, content: bytes) -> None:
    """Makes `content` the content of `path`, in one step and for good."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def settle(source: Path, target: Path) -> None:
    """Moves `source`, a file or a folder of files whose bytes are all written, to `target`."""
    members = sorted(source.iterdir()) if source.is_dir() else [source]
    for member in members:
        with member.open("rb") as file:
            os.fsync(file.fileno())
    if source.is_dir():
        sync_folder(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fingerprint_of(path: Path) -> dict[str, Any]:
    """The size in bytes and the SHA-256 of the file `path`, which `verify` compares."""
    with path.open("rb") as file:
        return {
            "size": os.fstat(file.fileno()).st_size,
            "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
        }
