"""Formats of network data, one file each; this listing is the registry.

A reader is a module with
- `NAME` and `SENTENCE`;
- `sniff(head, tail)`: whether the file with these first and last bytes is of this format;
- `about(path)`: what the file says of itself;
- `read(path)`: its rows in order, and a `Rejected` for each line or record that cannot be read;
  raises ValueError, with the reason as its text, when the file as a whole is broken.

Files are uncompressed regular ones. Memory does not grow with what a line or record holds.
"""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from gatewatch.enrich.rows import About, Row
from gatewatch.model.observation import Rejected

__all__ = ["Reader", "readers"]


class Reader(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str

    def sniff(self, head: bytes, tail: bytes) -> bool:
        """Whether the file that begins with `head` and ends with `tail` is of this format."""

    def about(self, path: Path) -> About:
        """Date and licence of the data, where they are known."""

    def read(self, path: Path) -> Iterator[Row | Rejected]:
        """The rows of the file."""


@cache
def readers() -> dict[str, Reader]:
    """Every reader by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
