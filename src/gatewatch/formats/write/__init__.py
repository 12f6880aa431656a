"""Output formats, one file each; this listing is the registry.

A writer is a module with `NAME`, `SENTENCE`, `SUFFIXES` (file endings that mean it) and
`write(table, out)`: it writes the columns and rows of a `Table` to the text stream `out`, row by
row; importing it is cheap. Device text is hostile: each writer
escapes it in the way of its format (terminal, spreadsheet, JSON).
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Protocol, TextIO

from gatewatch.model.table import Table

__all__ = ["Writer", "writers"]


class Writer(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str
    SUFFIXES: tuple[str, ...]

    def write(self, table: Table, out: TextIO) -> None:
        """Writes `table` to `out`."""


@cache
def writers() -> dict[str, Writer]:
    """Every writer by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
