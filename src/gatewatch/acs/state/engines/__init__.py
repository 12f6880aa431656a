"""One file an engine; this listing is the registry."""

import pkgutil
from importlib import import_module
from typing import Protocol

from gatewatch.acs.state.database import Database

__all__ = ["Engine", "engine_modules"]


class Engine(Protocol):
    """The shape of a module in this folder."""

    NAME: str

    def takes(self, where: str) -> bool:
        """Whether `where` is a place of this engine's."""

    def connect(self, where: str) -> Database:
        """A connection of its own; raises StateUnusable."""


def engine_modules() -> dict[str, Engine]:
    """Every engine by name, in the order of their files."""
    found: dict[str, Engine] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        engine: Engine = import_module(f"{__name__}.{name}")
        found[engine.NAME] = engine
    return found
