"""Snapshots: one scan or one import, immutable once committed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

__all__ = ["SnapshotInfo", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a snapshot's observations come from."""

    tool: str
    """Import format (`zgrab2`, several joined by `+`) or `gatewatch scan`."""
    inputs: tuple[str, ...] = ()
    """File names as given, `-` for standard input; for a scan its scope file."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What else is worth keeping: scope, exclusions' hash, rate, contact."""
    sampled: float = 1.0
    """The share of its scope that was asked, chosen by chance; 1: all of it."""


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """What the manifest says of a snapshot; times are microseconds since 1970 UTC."""

    id: str
    tool: str
    inputs: tuple[str, ...]
    details: dict[str, str]
    created_at: int
    first_seen: int
    last_seen: int
    services: int
    hosts: int
    responses: int
    """Distinct responses among its services."""
    duplicates: int
    """Records that spoke of a service already counted; the strongest, then newest, was kept."""
    unanswered: dict[str, int]
    """Targets that are no service, by outcome."""
    rejected: int
    partial: bool
    """Whether the input was damaged or the scan was stopped."""
    located_by: dict[str, int]
    """Services whose country came from: network tables, the source itself, nothing."""
    networks: tuple[str, ...]
    """The network tables in use, with their dates."""
    catalogue: str
    version: str
    """The gatewatch that wrote it."""
    files: dict[str, dict[str, Any]]
    """File name to its size in bytes and SHA-256."""
    sampled: float = 1.0
    """The share of its scope that was asked, chosen by chance; below 1 its counts are estimates."""

    def to_json(self) -> dict[str, Any]:
        """As plain values for the manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "SnapshotInfo":
        """From the manifest; keys of newer minor versions are left out.

        Raises KeyError, TypeError or ValueError when something is missing or of a wrong kind.
        """
        values = {"sampled": 1.0, **values}
        known = {entry.name: values[entry.name] for entry in fields(cls)}
        if not 0 < known["sampled"] <= 1:
            raise ValueError("a share lies between 0 and 1")
        known["inputs"] = tuple(known["inputs"])
        known["networks"] = tuple(known["networks"])
        return cls(**known)
