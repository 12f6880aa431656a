"""From a named input to batches: unpack, recognise, read; in several processes where it pays."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from gatewatch.formats.compression import Plain, open_plain
from gatewatch.formats.given import Given
from gatewatch.formats.json_records import one_record_a_line
from gatewatch.formats.sniffing import reader_for
from gatewatch.model.knowledge import OURS, Knowledge
from gatewatch.pipeline.gather import Batch, Gatherer
from gatewatch.pipeline.workers import CHUNK, LINE_LIMIT, ranges_of, read_parallel

__all__ = ["Input"]

_BATCH_RECORDS = 20_000
# Below this one process is done before a second one has started.
_WORTH_PROCESSES = 8 * CHUNK


class Input:
    """One file, pipe or `-`; `tool` names its format.

    Opening raises InputUnreadable, EmptyInput and FormatUnknown.
    """

    def __init__(self, name: str, given: Given) -> None:
        self.name = name
        self._given = given
        self._plain: Plain = open_plain(name)
        try:
            self._reader = reader_for(self._plain.head(), name)
        except BaseException:
            self._plain.close()
            raise
        self.tool = self._reader.NAME
        self.part: float | None = None
        """How much of it has been read, 0 to 1, where that can be told."""

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        self._plain.close()

    @property
    def damage(self) -> str | None:
        """What was wrong with the packing, known at the end."""
        return self._plain.damage

    def batches(self, knowledge: Knowledge = OURS) -> Iterator[Batch]:
        """Everything in it, in order, understood by `knowledge`.

        Raises PortMissing and TimeMissing.
        """
        if not getattr(self._reader, "LINES", False) or not one_record_a_line(self._plain.head()):
            return self._whole(knowledge)
        path, start, size = self._plain.path, self._plain.start, self._plain.size
        if path is None or size is None:
            return self._stream(knowledge)
        if size - start >= _WORTH_PROCESSES:
            return self._ranges(path, start, size, knowledge)
        return self._whole(knowledge)

    def _whole(self, knowledge: Knowledge) -> Iterator[Batch]:
        """All records in this process, in constant memory."""
        gatherer = Gatherer(self._reader, self._given, knowledge)
        stream = self._plain.stream
        for record in self._reader.read(stream, self._given):
            gatherer.take(record)
            if gatherer.waiting() >= _BATCH_RECORDS:
                yield gatherer.batch()
        yield gatherer.batch()

    def _ranges(self, path: Path, start: int, size: int, knowledge: Knowledge) -> Iterator[Batch]:
        ranges = list(ranges_of(path, start, size))
        batches = read_parallel(self.tool, self._given, knowledge, iter(ranges), ahead=2)
        for done, batch in zip(ranges, batches, strict=True):
            self.part = (done.start + done.size - start) / (size - start)
            yield batch

    def _stream(self, knowledge: Knowledge) -> Iterator[Batch]:
        """A packed file or a pipe: its size is known only when it ended."""
        chunks = _chunks(self._plain.stream)
        first = []
        for chunk in chunks:
            first.append(chunk)
            if len(first) * CHUNK >= _WORTH_PROCESSES:
                yield from read_parallel(self.tool, self._given, knowledge, chain(first, chunks))
                return
        gatherer = Gatherer(self._reader, self._given, knowledge)
        for chunk in first:
            gatherer.take_lines(chunk)
            yield gatherer.batch()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream as runs of whole lines of about `CHUNK` bytes."""
    while chunk := stream.read(CHUNK):
        yield chunk + stream.readline(LINE_LIMIT)
