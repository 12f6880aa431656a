"""Logs of one line a record: each line is tried, and one that is damaged costs itself only."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from gatewatch.formats.lines import RAW_KEPT
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.records import Passed
from gatewatch.watch.syslog import text_lines

__all__ = ["first_lines", "read_lines"]

_SNIFFED = 50


def read_lines(
    stream: BinaryIO, record: Callable[[str], SignIn | Passed]
) -> Iterator[SignIn | Passed | Rejected]:
    """What `record` makes of each line; its ValueError becomes a rejected line."""
    for line in text_lines(stream):
        if isinstance(line, Rejected):
            yield line
            continue
        number, text, raw = line
        try:
            yield record(text)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), raw[:RAW_KEPT])


def first_lines(head: bytes) -> Iterator[str]:
    """The first lines of a file that begins with `head`, for `sniff`; the last may be cut."""
    for line in islice(head.split(b"\n"), _SNIFFED):
        yield line.rstrip(b"\r").decode("utf-8", "surrogateescape")
