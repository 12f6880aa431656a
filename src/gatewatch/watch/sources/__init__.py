"""Logs that tell of sign-ins, one file each; this listing is the registry.

A source is a module with
- `NAME`: what users call it; `SENTENCE`: what it is, for lists and the reference page;
- `sniff(head) -> bool`: whether the input is of this log, from its first bytes (decompressed,
  byte order mark removed, up to 64 KiB, possibly cut); two sources never both claim one sample;
- `read(stream, given) -> Iterator[Record]`: one record at a time in constant memory. It
  survives junk lines, cut files, appended files. A record that is sound but places nobody at a
  public address is a `Passed` with its reason; what cannot be read is `Rejected`. It raises
  LogIncomplete where the log lacks what the user has to give (zone, year, order of dates).
Reasons never quote the record: they are shown, and the record is personal.
"""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import BinaryIO, Protocol

from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed

__all__ = ["Record", "Source", "sources"]

Record = SignIn | Passed | Rejected


class Source(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str

    def sniff(self, head: bytes) -> bool:
        """Whether the input that begins with `head` is of this log."""

    def read(self, stream: BinaryIO, given: Given) -> Iterator[Record]:
        """The records of `stream`, in order."""


@cache
def sources() -> dict[str, Source]:
    """Every source by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
