"""Responses read again when the catalogue has changed: only they, never a row of a snapshot.

Each responses file gets its understanding beside those of earlier catalogues. What is large is
read by several processes, each a range of ids, since ids are hashes and spread evenly.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from gatewatch.store.durable import settle, writing
from gatewatch.store.lake import Lake
from gatewatch.store.schema import connect, copy_to, parquet
from gatewatch.store.snapshots import write_understanding
from gatewatch.store.understandings import forget_old

__all__ = ["Row", "rebuild"]

Row = tuple[Any, ...]
Read = Callable[[Row], Row]

# Fewer responses one process has read before a second one has started.
_WORTH_PROCESSES = 20_000
_IDS = 1 << 64


class _Part(NamedTuple):
    """The responses of one file whose ids are in a range, and where their understanding goes."""

    responses: Path
    first: int
    last: int
    staged: Path


def rebuild(lake: Lake, files: Sequence[Path], read: Read) -> None:
    """Understands the responses in these files by the lake's catalogue; hold the writer lock.

    `read` makes the row of the understanding from a row of a responses file; processes get it
    pickled. Raises LakeUnwritable and what `read` raises.
    """
    staging = lake.path / "tmp"
    with writing(lake.path):
        staging.mkdir(parents=True, exist_ok=True)
        parts = {file: list(_parts(file, staging)) for file in files}
        _read_all([part for several in parts.values() for part in several], read)
        for file, several in parts.items():
            _join(several, lake.understanding_file(file))
        forget_old(lake)


def _parts(file: Path, staging: Path) -> Iterator[_Part]:
    """The whole file, or where it is large a part for each core."""
    con = connect(threads=1)
    try:
        (rows,) = con.execute(f"SELECT count(*) FROM {parquet([file])}").fetchall()[0]
    finally:
        con.close()
    number = (os.cpu_count() or 1) if rows >= _WORTH_PROCESSES else 1
    edges = [_IDS * place // number - _IDS // 2 for place in range(number + 1)]
    for place in range(number):
        staged = staging / f"understanding-{place}-{file.name}"
        yield _Part(file, edges[place], edges[place + 1] - 1, staged)


def _read_all(parts: Sequence[_Part], read: Read) -> None:
    if len({part.responses for part in parts}) == len(parts):
        for part in parts:
            _understand(part, read)
        return
    # Spawned, not forked: a fork would hold the parent's locks and DuckDB's threads.
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, initializer=_ignore_interrupts) as pool:
        for done in [pool.submit(_understand, part, read) for part in parts]:
            done.result()


def _ignore_interrupts() -> None:
    """Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _understand(part: _Part, read: Read) -> None:
    con = connect(threads=1)
    try:
        found = con.execute(
            f"SELECT * FROM {parquet([part.responses])} WHERE response BETWEEN ? AND ?",
            [part.first, part.last],
        )
        rows = [read(row) for batch in iter(lambda: found.fetchmany(2048), []) for row in batch]
        write_understanding(con, rows, part.staged)
    finally:
        con.close()


def _join(parts: Sequence[_Part], target: Path) -> None:
    """Puts the parts of one file together and in place."""
    staged = parts[0].staged
    if len(parts) > 1:
        staged = staged.with_name(f"understanding-{target.name}")
        con = connect(threads=1)
        try:
            select = f"SELECT * FROM {parquet([part.staged for part in parts])} ORDER BY response"
            copy_to(con, select, staged)
        finally:
            con.close()
        for part in parts:
            part.staged.unlink()
    settle(staged, target)
