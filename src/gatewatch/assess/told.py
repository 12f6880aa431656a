"""What one file of a feed says."""

from collections.abc import Mapping
from dataclasses import dataclass

from gatewatch.assess.evidence import Epss, Kev
from gatewatch.assess.severity import Severity

__all__ = ["FeedFile"]


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file, read to its end."""

    as_of: str
    """The day that its data is of, as it says itself."""
    records: int
    """Vulnerabilities in it."""
    values: Mapping[str, Severity | Kev | Epss]
    """Of the wanted ones, by CVE."""
