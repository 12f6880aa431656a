"""Import formats, one file each; this listing is the registry.

A reader is a module with
- `NAME`: what users call it; `SENTENCE`: what it is, for lists and the reference page;
- `sniff(head) -> bool`: whether the input is of this format, from its first bytes (decompressed,
  byte order mark removed, up to 64 KiB, possibly cut); two formats never both claim one sample;
- `read(stream, given) -> Iterator[Record]`: one record at a time in constant memory. It
  survives junk lines, cut files, appended runs; what it cannot read it yields as `Rejected`.
  It raises PortMissing or TimeMissing where the format lacks what the user has to give.
A reader whose records are independent lines sets `LINES = True`; then `read` may be handed any
run of whole lines, and the pipeline reads one file with several processes. Such a reader may
also offer `Templates`, which finds lines that differ only in what does not matter
(`formats/zgrab2_template.py`, `pipeline/gather.py`).
"""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import BinaryIO, Protocol

from gatewatch.formats.given import Given
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["Reader", "Record", "readers"]

Record = Observation | Unanswered | Rejected


class Reader(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str

    def sniff(self, head: bytes) -> bool:
        """Whether the input that begins with `head` is of this format."""

    def read(self, stream: BinaryIO, given: Given) -> Iterator[Record]:
        """The records of `stream`, in order."""


@cache
def readers() -> dict[str, Reader]:
    """Every reader by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
