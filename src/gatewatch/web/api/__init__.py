"""One file per endpoint of the API; this listing is the registry.

An endpoint is a module with `PATH` (below `/api/v1`), `OPERATION` (what OpenAPI 3.1 calls an
Operation Object: summary, parameters, responses, without its errors) and `answer(visit)`. It
returns a `Download`, mostly made by `web.operations.answered`, and raises errors of
`model/errors.py`, which become the one shape of errors. A bearer token needs the scope `SCOPE`;
without one everybody may ask.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from gatewatch.web.visit import Download, Visit

__all__ = ["ROOT", "Endpoint", "endpoints"]

ROOT = "/api/v1"


class Endpoint(Protocol):
    """The shape of a module in this folder."""

    PATH: str
    SCOPE: str
    OPERATION: Mapping[str, Any]

    def answer(self, visit: Visit) -> Download:
        """What is sent back."""


@cache
def endpoints() -> dict[str, Endpoint]:
    """Every endpoint by its word, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in names}
