"""The score R of a finding, the score H of a host, and what to do (SSVC).

    R = 100 * c * x * s * (0.35 + 0.65 * e)

c: how sure it is that this device is affected; x: whether the attack path was seen; s: severity,
CVSS base / 10; e: exploitation, the strongest of documented evidence, KEV and EPSS. All are from
0 to 1. Why each factor: docs/explanation/risk.md.
"""

import math
from collections.abc import Iterable
from enum import StrEnum

__all__ = [
    "ATTACK_PATHS",
    "BANDS",
    "CONFIGURED",
    "EXPLOITATION",
    "Decision",
    "Verdict",
    "band_of",
    "decision",
    "host_score",
    "score",
    "verdict_of",
]

ATTACK_PATHS = {
    "same-service": 1.0,
    "other-port": 1.0,
    "web": 0.4,
    "library": 0.35,
    "credentials": 0.3,
    "acs": 0.15,
}
"""x by what an attacker needs: the scanned service; another port, seen open; the web pages of the
device, not seen; a library whose vulnerable path may not be reachable; credentials; the place of
the device's ACS or of somebody between."""

EXPLOITATION = {"campaign": 0.95, "mass": 0.8, "public-exploit": 0.5, "poc": 0.3, "none": 0.1}
"""e by the evidence: a documented botnet or campaign; mass exploitation reported once; a public
exploit; a proof of concept or denial of service only; nothing known. KEV counts 1."""

CONFIGURED = {"info": 1.0, "low": 8.0, "medium": 20.0, "high": 40.0}
"""R of a weakness in configuration by its level."""

BANDS = (("critical", 75.0), ("high", 50.0), ("medium", 20.0), ("low", 5.0), ("info", 0.0))
"""Name and least score, the five of Shadowserver's reports."""

_SURE, _LIKELY, _POSSIBLE = 0.9, 0.6, 0.1
# No host is critical on guesses alone.
_MOST_ON_GUESSES = 60.0


class Verdict(StrEnum):
    """What is said of one finding, the strongest first."""

    VULNERABLE = "vulnerable"
    """Its behaviour shows it."""
    LIKELY = "likely"
    """The version is in the affected range; a silent repair is possible."""
    POSSIBLE = "possible"
    UNKNOWN = "unknown"
    """The product fits; the answer does not tell more."""
    NOT_AFFECTED = "not affected"
    OBSERVED = "observed"
    """Of configuration: the answer itself shows it."""


class Decision(StrEnum):
    """What to do, in the words of CISA's SSVC, the least urgent first."""

    TRACK = "track"
    TRACK_CLOSELY = "track*"
    ATTEND = "attend"
    ACT = "act"


def score(c: float, x: float, s: float, e: float) -> float:
    """R from 0 to 100, for factors from 0 to 1."""
    return 100.0 * c * x * s * (0.35 + 0.65 * e)


def band_of(value: float) -> str:
    """The band of a score from 0 to 100."""
    return next(name for name, least in BANDS if value >= least)


def verdict_of(c: float, *, behaviour: bool) -> Verdict:
    """The word for a confidence; only a sign in behaviour makes it `vulnerable`."""
    if c <= 0:
        return Verdict.NOT_AFFECTED
    if c >= _SURE and behaviour:
        return Verdict.VULNERABLE
    if c >= _LIKELY:
        return Verdict.LIKELY
    return Verdict.POSSIBLE if c >= _POSSIBLE else Verdict.UNKNOWN


def host_score(findings: Iterable[tuple[str, float, float]]) -> float:
    """H from (component, R, c) of each finding: of a component the worst counts.

    Several findings of one component are one repair. When nothing is likely, H is at most 60.
    """
    worst: dict[str, float] = {}
    surest = 0.0
    for component, risk, c in findings:
        worst[component] = max(worst.get(component, 0.0), risk)
        surest = max(surest, c)
    # Sorted, so that the order of findings cannot change the last digit.
    left = math.prod(1.0 - risk / 100.0 for risk in sorted(worst.values()))
    whole = 100.0 * (1.0 - left)
    return whole if surest >= _LIKELY else min(whole, _MOST_ON_GUESSES)


def decision(
    e: float, *, automatable: bool, total: bool, enterprise: bool = False, mission: bool = False
) -> Decision:
    """SSVC for the provider of a network, or for an `enterprise` that can only bar and tell.

    `e` is evidence without EPSS: active from mass exploitation on, then published, then none.
    `mission`: the service stands behind a recent sign-in to the enterprise, one step up.
    """
    step = 2 if e >= EXPLOITATION["mass"] else 1 if e >= EXPLOITATION["poc"] else 0
    step += automatable and total
    ladder = list(Decision)
    if enterprise:
        step = min(step, ladder.index(Decision.ATTEND))
    return ladder[min(step + mission, len(ladder) - 1)]
