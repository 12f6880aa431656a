"""Output formats, one file each; this listing is the registry.

A writer is a module with `NAME`, `SENTENCE`, `SUFFIXES` (file endings that mean it),
`FOR_PEOPLE` (whether it has words around the rows and holds several tables, or is data for
programs) and either `write(document, out)`, which writes text to the stream `out`, row by row,
or `write_bytes(document, out)` for a format that is not text. Importing it is cheap. Device text
is hostile: each writer escapes it in the way of its format (terminal, spreadsheet, JSON, page).
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import BinaryIO, Protocol, TextIO, runtime_checkable

from gatewatch.model.table import Document

__all__ = ["BinaryWriter", "TextWriter", "Writer", "writers"]


class Writer(Protocol):
    """What every module in this folder has."""

    NAME: str
    SENTENCE: str
    SUFFIXES: tuple[str, ...]
    FOR_PEOPLE: bool


@runtime_checkable
class TextWriter(Writer, Protocol):
    """A format that is text."""

    def write(self, document: Document, out: TextIO) -> None:
        """Writes `document` to `out`, which must not translate line ends."""


@runtime_checkable
class BinaryWriter(Writer, Protocol):
    """A format that no terminal can show."""

    def write_bytes(self, document: Document, out: BinaryIO) -> None:
        """Writes `document` to `out`."""


@cache
def writers() -> dict[str, TextWriter | BinaryWriter]:
    """Every writer by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
