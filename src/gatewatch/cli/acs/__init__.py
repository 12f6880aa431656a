"""What `gatewatch acs WORD` does: one file a word; this listing is the registry.

A module has `HELP` (one clause, as the reference shows it), `configure(parser)` and
`run(args) -> int`. Its word is the file's name, `factory_reset.py`: `factory-reset`. Whatever is
heavy is imported inside `run`.
"""

import argparse
import pkgutil
from importlib import import_module
from typing import Protocol

__all__ = ["Word", "acs_words"]


class Word(Protocol):
    """The shape of a module in this folder."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds its arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit code."""


def acs_words() -> dict[str, Word]:
    """Every word, sorted, with its module."""
    found: dict[str, Word] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module: Word = import_module(f"{__name__}.{name}")
        found[name.strip("_").replace("_", "-")] = module
    return found
