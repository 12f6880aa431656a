"""Severity by FIRST's CVSS: the base score of a vector, or a score that somebody states.

Of several vectors the newest version counts: v4.0, then 3.1, 3.0, 2.0 (base metrics only, since
exploitation is weighed apart from severity).
"""

import re
from dataclasses import dataclass

__all__ = ["VERSIONS", "Severity", "severity_of", "version_of_vector"]

VERSIONS = ("4.0", "3.1", "3.0", "2.0")
"""The preferred first."""

_PREFIX = re.compile(r"CVSS:(4\.0|3\.1|3\.0)/")
_VECTOR = re.compile(
    r"(?:CVSS:[0-9.]{3}/)?[A-Za-z]{1,3}:[A-Za-z]{1,2}(?:/[A-Za-z]{1,3}:[A-Za-z]{1,5})*"
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Severity:
    """A base score from 0 to 10."""

    score: float
    version: str
    """Of CVSS."""
    vector: str | None
    """None: only the score is known."""
    source: str

    def __str__(self) -> str:
        """Score, version, vector and who says so."""
        version = f"CVSS:{self.version}"
        vector = self.vector or version
        named = vector if vector.startswith(version) else f"{version}/{vector}"
        return f"{self.score:.1f} ({named}; {self.source})"


def version_of_vector(vector: str) -> str:
    """The CVSS version that a vector is written in: one without prefix is 2.0."""
    found = _PREFIX.match(vector)
    return found[1] if found else "2.0"


def severity_of(vector: str, source: str) -> Severity:
    """The severity of a vector; ValueError when it is none."""
    # Scoring a vector needs the library, which reports do not.
    import cvss

    if len(vector) > _LONGEST or not _VECTOR.fullmatch(vector):
        raise ValueError("is no CVSS vector")
    version = version_of_vector(vector)
    scorer = {"4.0": cvss.CVSS4, "2.0": cvss.CVSS2}.get(version, cvss.CVSS3)
    try:
        score = float(scorer(vector).base_score)
    except (cvss.exceptions.CVSSError, KeyError, ValueError) as error:
        raise ValueError(f"is no CVSS vector, {error}") from error
    return Severity(score, version, vector, source)
