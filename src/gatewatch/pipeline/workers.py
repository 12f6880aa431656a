"""Reading one file with several processes: runs of whole lines out, batches back in order.

Workers are spawned, not forked, so that a worker holds no copy of the parent's pipes and ends
when the parent does, also on `kill -9`. A worker that dies is an error, never a silent gap.
"""

import gc
import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gatewatch.formats.given import Given
from gatewatch.formats.read import readers
from gatewatch.model.errors import GatewatchError
from gatewatch.model.knowledge import Knowledge
from gatewatch.pipeline.gather import Batch, Gatherer

if TYPE_CHECKING:
    from gatewatch.pipeline.templated import Lessons

__all__ = ["CHUNK", "Range", "ranges_of", "read_parallel"]

CHUNK = 4 << 20
# A line longer than this is cut; the reader then rejects it.
LINE_LIMIT = 16 << 20
_GARBAGE = 100_000


class Range(NamedTuple):
    """A run of whole lines in a plain file."""

    path: Path
    start: int
    size: int


def ranges_of(path: Path, start: int, size: int) -> Iterator[Range]:
    """The file's bytes from `start` to `size` as ranges of about `CHUNK` bytes of whole lines."""
    with path.open("rb") as file:
        while start < size:
            file.seek(min(start + CHUNK, size))
            file.readline(LINE_LIMIT)
            end = min(file.tell(), size)
            yield Range(path, start, end - start)
            start = end


def read_parallel(
    reader: str,
    given: Given,
    knowledge: Knowledge,
    chunks: Iterator[Range] | Iterator[bytes],
    *,
    ahead: int = 1,
) -> Iterator[Batch]:
    """The batches of all `chunks`, in their order, read by one process per core.

    Each process holds up to `ahead` chunks; 2 keeps it busy, but only a `Range` may wait like
    that: bytes in the pipe would block the parent while the worker blocks on its answer.
    Raises what a worker raised.
    """
    pool = [_Worker(reader, given, knowledge) for _ in range(os.cpu_count() or 1)]
    try:
        yield from _in_order(pool, chunks, ahead)
    finally:
        for worker in pool:
            worker.stop()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, reader: str, given: Given, knowledge: Knowledge) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, reader, given, knowledge), daemon=True
        )
        self.process.start()
        theirs.close()
        self.numbers: list[int] = []
        self.lessons: Lessons = {}
        """What other processes learnt and this one has not been told."""

    def give(self, number: int, chunk: Range | bytes) -> None:
        self.numbers.append(number)
        lessons, self.lessons = self.lessons, {}
        if isinstance(chunk, Range):
            self.pipe.send((lessons, chunk))
        else:
            self.pipe.send((lessons, None))
            self.pipe.send_bytes(chunk)

    def collect(self) -> tuple[int, Batch]:
        try:
            batch = self.pipe.recv()
        except (EOFError, OSError):
            message = f"a reading process died (exit code {self.process.exitcode})"
            raise RuntimeError(message) from None
        if isinstance(batch, Exception):
            raise batch
        return self.numbers.pop(0), batch

    def stop(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join(10)


def _in_order(
    pool: list[_Worker], chunks: Iterator[Range] | Iterator[bytes], ahead: int
) -> Iterator[Batch]:
    numbered: Iterator[tuple[int, Range | bytes]] = enumerate(chunks)
    done: dict[int, Batch] = {}
    turn = 0
    for worker in [*pool] * ahead:
        _give_next(worker, numbered)
    while any(worker.numbers for worker in pool):
        busy: list[Any] = [worker.pipe for worker in pool if worker.numbers]
        ready = wait(busy)
        for worker in pool:
            if worker.pipe in ready:
                number, batch = worker.collect()
                done[number] = batch
                for other in pool:
                    if other is not worker:
                        other.lessons |= batch.lessons
                _give_next(worker, numbered)
        while turn in done:
            yield done.pop(turn)
            turn += 1


def _give_next(worker: _Worker, numbered: Iterator[tuple[int, Range | bytes]]) -> None:
    for number, chunk in numbered:
        worker.give(number, chunk)
        return


def _serve(pipe: Connection, reader: str, given: Given, knowledge: Knowledge) -> None:
    """A worker's life: a chunk in, its batch out, until the parent hangs up."""
    gatherer = Gatherer(readers()[reader], given, knowledge)
    # What is loaded by now stays, and what a batch leaves behind holds no cycles worth a search
    # after every few hundred objects.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    while True:
        try:
            lessons, chunk = pipe.recv()
            data = pipe.recv_bytes() if chunk is None else _bytes_of(chunk)
        except (EOFError, OSError, KeyboardInterrupt):
            return
        try:
            gatherer.tell(lessons)
            gatherer.take_lines(data)
            pipe.send(gatherer.batch())
        except GatewatchError as error:
            pipe.send(error)
        except (BrokenPipeError, KeyboardInterrupt):
            return


def _bytes_of(chunk: Range) -> bytes:
    with chunk.path.open("rb") as file:
        file.seek(chunk.start)
        return file.read(chunk.size)
