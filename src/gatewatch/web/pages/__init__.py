"""One file per page; this listing is the registry, as told in `gatewatch.web`."""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Protocol

from gatewatch.web.visit import Menu, Route

__all__ = ["PageModule", "page_modules"]


class PageModule(Protocol):
    """The shape of a module in this folder."""

    ROUTES: tuple[Route, ...]
    MENU: Menu | None


@cache
def page_modules() -> dict[str, PageModule]:
    """Every page's module by its word, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in names}
