"""An entry of the catalogue: a known vulnerability or a weakness of configuration.

`assess/reading.py` makes them from TOML; docs/how-to/add-an-advisory.md shows the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gatewatch.assess.conditions import Pattern
from gatewatch.assess.evidence import Epss, Exploitation, Kev
from gatewatch.assess.ranges import Range
from gatewatch.assess.score import EXPLOITATION
from gatewatch.assess.severity import Severity

__all__ = ["NO_FINDING", "Advisory", "Case", "Conditions", "Example", "Versions"]

NO_FINDING = "no finding"
"""What an example expects where the entry says nothing."""

Conditions = tuple[tuple[str, tuple[Pattern, ...]], ...]
"""Field and the patterns of which one has to match, for each field."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Which version counts, and where it is affected."""

    of: str
    affected: Range
    disputed: Range | None


@dataclass(frozen=True, slots=True)
class Case:
    """One way to be affected; of several that hold the first counts."""

    when: Conditions
    unless: Conditions
    ports: frozenset[int]
    """The scanned port is one of these; empty: any."""
    open: frozenset[int]
    """Another port of the host, one of these, is known to be open; empty: no matter."""
    states: frozenset[str]
    """Where the version may lie; empty: no matter."""
    versions: Versions | None
    """None: the version does not matter."""
    confidence: float
    path: str
    behaviour: bool
    because: str
    level: str | None
    """Of a weakness where it differs from its own."""


@dataclass(frozen=True, slots=True)
class Example:
    """What an answer is, and what the entry has to say of it."""

    kind: str
    subject: Mapping[str, str]
    expected: str


@dataclass(frozen=True, slots=True, eq=False)
class Advisory:
    """A known vulnerability, or a weakness of configuration (which has a `level`)."""

    id: str
    """`CVE-2014-9222`, or a name where nobody gave a number; of a weakness `C03-basic-in-clear`."""
    name: str
    cves: tuple[str, ...]
    """Its number and those given to the same flaw again."""
    component: str
    """What one repair mends; of the findings of one component the worst counts."""
    summary: str
    cwe: tuple[int, ...]
    fix: str
    references: tuple[str, ...]
    decidable: str
    """What an answer can tell of it, and what not."""
    cases: tuple[Case, ...]
    examples: tuple[Example, ...]
    level: str | None = None
    severity: Severity | None = None
    exploited: Exploitation | None = None
    kev: Kev | None = None
    epss: Epss | None = None
    automatable: bool = False
    total: bool = False

    @property
    def documented(self) -> float:
        """e by what was documented, without EPSS."""
        level = EXPLOITATION[self.exploited.level] if self.exploited else EXPLOITATION["none"]
        return max(level, 1.0 if self.kev else 0.0)

    @property
    def exploitation(self) -> float:
        """e, the strongest of all evidence."""
        return max(self.documented, self.epss.score if self.epss else 0.0)
