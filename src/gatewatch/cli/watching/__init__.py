"""`gatewatch watch WORD`: one file for each word; this listing is the registry.

A word is a module as in `cli/commands`: `HELP` (one sentence), `EXAMPLES` (command lines, shown in
the documents), `configure(parser)`, `run(args)`. Its name is the file's, without a trailing
underscore and with `-` for `_` (`import_.py`: `import`, `report_abuse.py`: `report-abuse`). A
module whose name begins with an underscore is none. Heavy packages are imported inside `run`.
"""

import argparse
import pkgutil
from functools import cache
from importlib import import_module
from typing import Protocol

__all__ = ["Word", "watch_words"]


class Word(Protocol):
    """The shape of a module in this folder."""

    HELP: str
    EXAMPLES: tuple[str, ...]

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds the word's arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit code."""


@cache
def watch_words() -> dict[str, Word]:
    """The module behind each word, in order of the words."""
    found: dict[str, Word] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            word = module.name.rstrip("_").replace("_", "-")
            found[word] = import_module(f"{__name__}.{module.name}")
    return dict(sorted(found.items()))
