"""What is worth a case, one file each; this listing is the registry.

A rule is a module with `NAME` (of its cases), `SENTENCE` (what it finds) and
`find(ground) -> Iterator[Finding]`. It reads what `watch/ground.py` offers and opens nothing.
"""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol

from gatewatch.watch.finding import Finding
from gatewatch.watch.ground import Ground

__all__ = ["Rule", "rules"]


class Rule(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str

    def find(self, ground: Ground) -> Iterator[Finding]:
        """What it finds, in any order."""


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name, sorted."""
    found: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(__path__):
        rule: Rule = import_module(f"{__name__}.{module.name}")
        found[rule.NAME] = rule
    return dict(sorted(found.items()))
