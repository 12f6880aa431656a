"""Ways to tell people and systems of alerts, one module each; this listing is the registry.

A module has `NAME`, `SENTENCE`, `KEYS` (what its table `[alert.X]` holds besides the rules) and
`deliver(notice, account, accounts, door)`, which raises TargetFailed. It is handed words that are
one visible line each and escapes what its own form gives a meaning; keys never get into an error.
"""

import pkgutil
from functools import cache
from importlib import import_module

from gatewatch.watch.notice import Notifier

__all__ = ["notifiers"]


@cache
def notifiers() -> dict[str, Notifier]:
    """Every notifier by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules: list[Notifier] = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
