"""One writer at a time: an advisory lock that the kernel drops when its holder dies.

The file also names the holder, for the message that a second writer gets. Readers never lock.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

from gatewatch.model.errors import GatewatchError
from gatewatch.store.durable import LAKE, Owner, writing

__all__ = ["writer_lock"]

NAME = "writer.lock"


@contextmanager
def writer_lock(lake: Path, owner: Owner = LAKE) -> Iterator[None]:
    """Holds the lake's writer lock; makes the lake's folder when there is none.

    Raises LakeBusy when another process holds it, LakeUnwritable when it cannot be made; for
    another folder than a lake what its `owner` says.
    """
    with writing(lake, owner):
        lake.mkdir(parents=True, exist_ok=True)
        handle = os.open(lake / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(lake, handle, owner) from None
        with writing(lake, owner):
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps({"pid": os.getpid(), "since": time()}).encode(), 0)
        yield
    finally:
        os.close(handle)


def _busy(lake: Path, handle: int, owner: Owner) -> GatewatchError:
    try:
        holder = json.loads(os.pread(handle, 1000, 0))
        pid, seconds = int(holder["pid"]), max(0, int(time() - holder["since"]))
    except (ValueError, KeyError, TypeError):
        return owner.busy(where=lake, pid="another", age="some moments")
    age = f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
    return owner.busy(where=lake, pid=pid, age=age)
