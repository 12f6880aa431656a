"""How makers count versions, one file each; this listing is the registry.

A scheme is a module with
- `NAME` and `SENTENCE`;
- `ORDER`: versions from the oldest to the newest, which the tests compare;
- `span(text)`: the releases that `text` may stand for, None when it is no such version.
"""

import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Protocol

from gatewatch.assess.spans import Span

__all__ = ["Scheme", "schemes"]


class Scheme(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str
    ORDER: Sequence[str]

    def span(self, text: str) -> Span | None:
        """The releases that `text` may stand for."""


@cache
def schemes() -> dict[str, Scheme]:
    """Every scheme by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
