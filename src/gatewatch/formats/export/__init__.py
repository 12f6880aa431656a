"""Files for other people's systems, one module each; this listing is the registry.

Each module has `NAME`, `SENTENCE` and `SUFFIXES` (file endings that mean it), and either
- `LIMIT` (None: a file may be of any length) and `write(services, about, out)`, which writes one
  file as the services come, in memory that does not grow with them; or
- `entries(addresses)`, which turns addresses in order into the lines of a plain list.
Importing it is cheap. Whoever is exposed is a victim: no format may have their address blocked or
taken for an attacker's by itself. Device text is hostile: each module escapes it.
"""

import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Protocol, TextIO, runtime_checkable

from gatewatch.formats.limits import Limit
from gatewatch.model.address import Address
from gatewatch.model.exposed import About, Exposed

__all__ = ["Exporter", "ListExporter", "ServiceExporter", "exporters"]


class Exporter(Protocol):
    """What every module in this folder has."""

    NAME: str
    SENTENCE: str
    SUFFIXES: tuple[str, ...]


@runtime_checkable
class ServiceExporter(Exporter, Protocol):
    """A format that tells of services."""

    LIMIT: Limit | None

    def write(self, services: Iterable[Exposed], about: About, out: TextIO) -> None:
        """Writes one file with `services`, at least one, to `out`."""


@runtime_checkable
class ListExporter(Exporter, Protocol):
    """A format of one entry a line, without anything around them."""

    def entries(self, addresses: Iterable[Address]) -> Iterator[str]:
        """The lines for `addresses`: IPv4 first, each family in rising order, none twice."""


@cache
def exporters() -> dict[str, ServiceExporter | ListExporter]:
    """Every format by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
