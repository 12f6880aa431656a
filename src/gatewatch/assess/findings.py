"""What the catalogue finds in one answer, and what several findings come to together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from gatewatch.assess.conditions import Subject
from gatewatch.assess.entries import Advisory, Case
from gatewatch.assess.score import (
    ATTACK_PATHS,
    CONFIGURED,
    Decision,
    Verdict,
    band_of,
    decision,
    host_score,
    score,
    verdict_of,
)

__all__ = ["MENDED_BY", "Assessment", "Finding", "evidence_of", "mended", "risk_of"]

MENDED_BY = {
    "version": "a repaired version was seen",
    "closed": "the port was closed",
    "attested": "the operator says so",
}
"""Proofs of repair, which set a finding's confidence to 0."""

# Severity of an advisory that nobody has scored yet: CVSS's medium.
_UNSCORED = 0.5


@dataclass(frozen=True)
class Finding:
    """One entry that applies to one answer."""

    entry: Advisory
    case: Case | None
    """None: the version is outside of the affected range."""
    c: float
    behaviour: bool
    version: str | None = None
    """The one that decided."""
    mended_by: str | None = None

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.entry.id

    @cached_property
    def verdict(self) -> Verdict:
        """The word for it."""
        if self.entry.level is None or self.c <= 0:
            return verdict_of(self.c, behaviour=self.behaviour)
        word = verdict_of(self.c, behaviour=False)
        return Verdict.OBSERVED if word is Verdict.LIKELY else word

    @cached_property
    def risk(self) -> float:
        """R, 0 to 100."""
        if self.case is None or self.c <= 0:
            return 0.0
        if self.entry.level is not None:
            return CONFIGURED[self.case.level or self.entry.level]
        severity = self.entry.severity
        s = _UNSCORED if severity is None else severity.score / 10.0
        return score(self.c, ATTACK_PATHS[self.case.path], s, self.entry.exploitation)

    @property
    def band(self) -> str:
        """The band of R."""
        return band_of(self.risk)

    @property
    def why(self) -> str:
        """The reason, one or two sentences."""
        if self.mended_by is not None:
            return f"Mended: {MENDED_BY[self.mended_by]}."
        if self.case is None:
            return f"Version {self.version} is outside of the affected range."
        return self.case.because

    def decision(self, *, enterprise: bool = False, mission: bool = False) -> Decision | None:
        """What SSVC says; None for configuration and for what is not affected."""
        if self.entry.level is not None or self.c <= 0:
            return None
        return decision(
            self.entry.documented, automatable=self.entry.automatable, total=self.entry.total,
            enterprise=enterprise, mission=mission,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Assessment:
    """All findings of one answer, the worst first; compared by identity."""

    findings: tuple[Finding, ...]
    scored: bool
    """Whether the answer is a device's own: nothing else has a score."""

    @cached_property
    def risk(self) -> float | None:
        """H of the service alone, 0 to 100; None: no score."""
        return risk_of(self.findings) if self.scored else None

    @cached_property
    def present(self) -> tuple[Finding, ...]:
        """The findings that may be true: possible, or more."""
        silent = (Verdict.UNKNOWN, Verdict.NOT_AFFECTED)
        return tuple(one for one in self.findings if one.verdict not in silent)

    @cached_property
    def verdict(self) -> Verdict | None:
        """The strongest word about a vulnerability; None when there is none."""
        order = list(Verdict)
        words = [one.verdict for one in self.findings if one.entry.level is None]
        return min(words, key=order.index, default=None)


def risk_of(findings: Iterable[Finding]) -> float:
    """H of these findings, 0 to 100; which may be of several services of one host."""
    return host_score(
        # A guess about configuration must not lift the cap on guesses.
        (one.entry.component, one.risk, one.c if one.entry.level is None else 0.0)
        for one in findings
    )


def mended(finding: Finding, by: str) -> Finding:
    """The finding after a proof of repair, a key of MENDED_BY; its evidence is kept."""
    assert by in MENDED_BY, by
    return replace(finding, c=0.0, mended_by=by)


def evidence_of(finding: Finding, subject: Subject) -> str:
    """What of the answer the finding rests on."""
    asked = [name for name, _ in finding.case.when] if finding.case else []
    versions = _versions_of(finding)
    names = dict.fromkeys([*asked, *([versions] if versions else [])])
    told = (f"{name} {value}" for name in names if (value := subject.value(name)) is not None)
    ports = [f"port {subject.port}"] if finding.case and finding.case.ports else []
    seen = sorted(finding.case.open & subject.open) if finding.case else []
    return ", ".join([*told, *ports, *(f"port {port} open" for port in seen)])


def _versions_of(finding: Finding) -> str | None:
    cases = [finding.case] if finding.case else finding.entry.cases
    return next((case.versions.of for case in cases if case.versions), None)
