"""What a rule finds: a person, or a network of our own, and an exposure, with its evidence.

The same finding of a later run has the same `key`, so that it becomes the same case.
"""

from dataclasses import dataclass
from enum import StrEnum

from gatewatch.model.address import Address
from gatewatch.watch.pseudonyms import shown_as

__all__ = ["Advice", "Evidence", "Finding", "Severity"]


class Severity(StrEnum):
    """How soon somebody should act."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Advice(StrEnum):
    """What is recommended; never a block, which would lock the person out."""

    STEP_UP = "ask for a second factor, or for the VPN, from this address"
    USE_VPN = "ask the person to use the VPN"
    CLOSE = "close the port to everybody but the ACS"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign-in beside one sighting of the exposure; times in microseconds since 1970 UTC."""

    address: Address
    """From which the person signed in, or that was seen exposed in a network of our own."""
    port: int | None
    signin_at: int | None
    seen_at: int | None
    confidence: float
    why: str
    """What speaks for it, in words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one rule."""

    rule: str
    subject: str
    """What is exposed: stays the same when the address changes."""
    who: int | None
    severity: Severity
    confidence: float
    """0 to 1, of the best evidence."""
    advice: Advice
    what: str
    """In words, without a name; what a device said in it is escaped."""
    evidence: tuple[Evidence, ...]
    """The best first; at most some."""
    signins: int = 0
    """How many sign-ins speak for it, counted by hours."""
    response: int | None = None

    @property
    def key(self) -> str:
        """Stands for it in every run."""
        return f"{self.rule} {shown_as(self.who)} {self.subject}"
