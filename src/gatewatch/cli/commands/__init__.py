"""One file per command; this listing is the registry.

A command is a module with
- `HELP`: one sentence; `EXAMPLES`: command lines that the docs and `--help` show, each of which
  a test runs or parses;
- `configure(parser)`: adds its arguments; `run(args) -> int`: does it and returns an exit code;
- optionally `ALIASES`: other words for it that users' fingers know.
The command's word is the file's name without a trailing underscore (`import_.py`: `import`).
Heavy packages (duckdb, numpy, orjson) are imported inside `run`, so that help and completion
stay instant; a test looks at the loaded modules.
"""

import argparse
import pkgutil
from importlib import import_module
from typing import Protocol

__all__ = ["Command", "command_words", "load_command"]


class Command(Protocol):
    """The shape of a module in this folder."""

    HELP: str
    EXAMPLES: tuple[str, ...]

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds the command's arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit code."""


def command_words() -> list[str]:
    """Every command's word, sorted, without importing any of them."""
    return sorted(module.name.rstrip("_") for module in pkgutil.iter_modules(__path__))


def load_command(word: str) -> Command:
    """The module behind `word`, which must be one of `command_words()`."""
    names = {module.name.rstrip("_"): module.name for module in pkgutil.iter_modules(__path__)}
    module: Command = import_module(f"{__name__}.{names[word]}")
    return module
