"""Lines of a scan file, numbered, in bounded memory.

`lines` hands out whole lines and cuts what is longer than its limit; `pieces` hands out long
lines in pieces, for readers whose records do not end where lines end. Lines end with LF or CRLF;
the last one may lack its end. Neither ever raises by itself: what the stream raises passes.
"""

from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["LINE_LIMIT", "RAW_KEPT", "TOO_LONG", "lines", "pieces"]

# Shodan's lines with screenshots reach megabytes; nothing that is one record is longer.
LINE_LIMIT = 16 * 1024 * 1024
# What is kept of a rejected record (model.observation.Rejected).
RAW_KEPT = 64 * 1024
TOO_LONG = "longer than 16 MiB: no record of a scanner is that long, so it was skipped"

_PIECE = 1024 * 1024


def lines(stream: BinaryIO, limit: int = LINE_LIMIT) -> Iterator[tuple[int, bytes, bool]]:
    """Each line as (number from 1, the line without its end, whether it is whole).

    Of a line longer than `limit` bytes the first 64 KiB come, marked as not whole; the rest is
    skipped in constant memory.
    """
    number = 0
    while line := stream.readline(limit + 2):  # two more for its end
        number += 1
        data = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(data) <= limit:
            yield number, data, True
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_PIECE)
        yield number, data[:RAW_KEPT], False


def pieces(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Each line as (number from 1, the line with its end, True).

    A line longer than a megabyte comes in several pieces, all but the first with False.
    """
    number, starts = 1, True
    while data := stream.readline(_PIECE):
        yield number, data, starts
        starts = data.endswith(b"\n")
        number += starts
