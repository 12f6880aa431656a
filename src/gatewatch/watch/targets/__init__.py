"""Systems that restrict access, one module each; this listing is the registry.

A module has
- `NAME` and `SENTENCE`, `MEANINGS` (what each meaning makes the product do), `KEYS` (its account);
- `EXPIRES`: whether the product itself lets an entry go when its time is over;
- `limit(meaning)`: what one list holds; more is refused, never cut;
- `unfit(entry, now)`: why the product cannot take this entry, or nothing;
- `opened(account, meaning, door)`: a with-block around the one list that is ours there.

A list (`Place`) tells what it holds and turns a `Change` into steps. A target knows neither the
store nor the cases, and opens no other list than its own.
"""

import pkgutil
from functools import cache
from importlib import import_module

from gatewatch.watch.target import Target

__all__ = ["targets"]


@cache
def targets() -> dict[str, Target]:
    """Every target by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules: list[Target] = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
