"""One anomaly, as every kind of search for them gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gatewatch.model.table import Value

__all__ = ["FDR", "Anomaly", "Kind", "Verdict"]

FDR = 0.01
"""The share of false alarms that is accepted among what is reported, on average."""


class Kind(StrEnum):
    """What is odd about it."""

    RARE = "rare"
    """A kind of device that hardly exists."""
    REPRESENTED = "represented"
    """A value much more, or less, common in one country, network or vendor than elsewhere."""
    NEW = "new"
    """A value that no earlier snapshot saw."""
    BROKEN = "broken"
    """A network whose exposure broke off or shot up."""


class Verdict(StrEnum):
    """Why the exposure of a network changed, as far as the data tell."""

    FILTERED = "filtered"
    """The network closes the port at its border."""
    PATCHED = "patched"
    """The devices are there and answer otherwise."""
    RENUMBERED = "renumbered"
    """The same devices answer under other addresses."""
    SCAN_FAULT = "scan fault"
    """The scan, not the network, changed."""
    OPENED = "opened"
    """Devices came that were nowhere before: a filter fell, or they were shipped open."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something that somebody should look at."""

    kind: Kind
    sentence: str
    """For people, with its numbers."""
    query: str
    """Finds the services that it is about."""
    count: int
    """Services that the query finds."""
    score: float
    """How far from usual; the greater, the odder among its kind."""
    numbers: Mapping[str, Value] = field(default_factory=dict)
    """What the sentence says, for programs."""
    verdict: Verdict | None = None
    evidence: tuple[str, ...] = ()
    """What decided the verdict, a sentence each."""
