"""Services on their way to other people's systems: what an export says of each of them.

Text of a device is UTF-8 where it was, other bytes are written as escapes; each format still
escapes it in its own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewatch.model.address import Address

__all__ = ["TLP", "About", "Exposed", "Flaw"]

TLP = ("clear", "green", "amber", "amber+strict", "red")
"""The labels of the Traffic Light Protocol 2.0 (FIRST, August 2022), the freest first."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One vulnerability that a service may have."""

    cve: str
    sure: int
    """Per cent."""
    verdict: str
    """`vulnerable`, `likely` or `possible`."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """One service as it was last seen."""

    ip: Address
    port: int
    seen_at: str
    """RFC 3339 in UTC, to the second, with Z."""
    fields: Mapping[str, str | int | None]
    """What is known of it, by field of the catalogue that has one value."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Header names in lower case; several of one name are joined by comma and blank."""
    flaws: tuple[Flaw, ...] = ()

    def text(self, name: str) -> str:
        """The field `name` as text; empty when it is missing."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int | None:
        """The field `name`, which holds whole numbers."""
        value = self.fields.get(name)
        return value if isinstance(value, int) else None

    @property
    def product(self) -> str:
        """Maker and model, as far as they are known."""
        return " ".join(filter(None, (self.text("vendor"), self.text("model"))))


@dataclass(frozen=True, slots=True)
class About:
    """What an exported file says of itself; the same selection gives the same file."""

    query: str
    """What was asked; empty: everything."""
    snapshots: tuple[str, ...]
    last_seen: str
    """When the newest snapshot ended, RFC 3339."""
    tlp: str
    """One of `TLP`."""
    part: int = 1
    """The number of this file where a selection is split."""

    @property
    def key(self) -> str:
        """Stands for the selection in ids."""
        return "\n".join((self.query, *self.snapshots, str(self.part)))
