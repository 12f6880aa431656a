"""From an answer to findings: every entry of the catalogue that applies, and what it comes to.

`assess` never raises, whatever the answer holds, and its work is bounded by the catalogue. What
came of an answer is remembered by what entries ask for (which patterns matched, which versions
and confidences), since some hundred such profiles stand for all answers.

Three rules keep it honest:
- a finding is never surer than the identification that it rests on;
- only a sign in behaviour makes a finding `vulnerable`, a version never does;
- a honeypot or something on the path has no findings, and an ACS only those meant for an ACS.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from gatewatch.assess.catalogue import Catalogue, catalogue
from gatewatch.assess.conditions import IDENTITY, Pattern, Subject
from gatewatch.assess.entries import Advisory, Case, Conditions
from gatewatch.assess.ranges import Place
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

__all__ = ["MENDED_BY", "Finding", "assess", "evidence_of", "mended", "risk_of", "worst_verdict"]

MENDED_BY = {
    "version": "a repaired version was seen",
    "closed": "the port was closed",
    "attested": "the operator says so",
}
"""Proofs of repair, which set a finding's confidence to 0."""

# What answers in place of the device, or imitates one.
_NOT_THE_DEVICE = frozenset({"honeypot", "middlebox"})
_SPEAKS = "http"
# Severity of an advisory that nobody has scored yet: CVSS's medium.
_UNSCORED = 0.5
_REMEMBERED = 16_384


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


class _Profile(NamedTuple):
    """All that entries ask of an answer."""

    matched: tuple[tuple[Pattern, ...], ...]
    """In the order of the catalogue's readers."""
    sure: tuple[float, ...]
    """Of each field of an identity, in the order of IDENTITY."""
    version: str | None
    firmware: str | None
    role: str | None
    port: int | None
    open: frozenset[int]


def assess(subject: Subject, known: Catalogue | None = None) -> tuple[Finding, ...]:
    """What the catalogue (by default ours) finds, the worst first."""
    known = known or catalogue()
    if subject.said.get("spoke") != _SPEAKS:
        return ()
    return _assess(known, _profile(subject, known))


def risk_of(findings: Iterable[Finding]) -> float:
    """H of these findings, 0 to 100; which may be of several services of one host."""
    return host_score(
        # A guess about configuration must not lift the cap on guesses.
        (one.entry.component, one.risk, one.c if one.entry.level is None else 0.0)
        for one in findings
    )


def worst_verdict(findings: Iterable[Finding]) -> Verdict | None:
    """The strongest word about a vulnerability; None when there is none."""
    order = list(Verdict)
    words = [one.verdict for one in findings if one.entry.level is None]
    return min(words, key=order.index, default=None)


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


def _profile(subject: Subject, known: Catalogue) -> _Profile:
    identity, said = subject.identity, subject.said
    matched = []
    for name, reader in known.readers.items():
        value = identity[name][0] if name in identity else said.get(name)
        matched.append(() if value is None else reader.matched(value))
    sure = tuple([round(identity[name][1], 3) if name in identity else 1.0 for name in IDENTITY])
    return _Profile(
        tuple(matched), sure, subject.value("software.version"), subject.value("firmware"),
        subject.value("role"), subject.port, subject.open,
    )  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def _assess(known: Catalogue, profile: _Profile) -> tuple[Finding, ...]:
    if profile.role in _NOT_THE_DEVICE:
        return ()
    matched = dict(zip(known.readers, profile.matched, strict=True))
    found = (_applied(entry, matched, profile) for entry in known.calling(matched))
    return tuple(sorted(filter(None, found), key=lambda one: (-one.risk, -one.c, one.id)))


def _applied(
    entry: Advisory, matched: Mapping[str, tuple[Pattern, ...]], profile: _Profile
) -> Finding | None:
    """The finding of the first case that holds."""
    outside: str | None = None
    for case in entry.cases:
        if not _holds(case, matched, profile):
            continue
        if profile.role == "acs" and all(name != "role" for name, _ in case.when):
            continue
        version = _version(case, profile)
        place = _state(case, version)
        if not case.states or place in case.states:
            c = min(case.confidence, *_sureness(case, profile))
            return Finding(entry, case, c, case.behaviour, version)
        if place == "outside":
            outside = version
    return Finding(entry, None, 0.0, behaviour=False, version=outside) if outside else None


def _holds(case: Case, matched: Mapping[str, tuple[Pattern, ...]], profile: _Profile) -> bool:
    if case.ports and profile.port not in case.ports:
        return False
    if case.open and not case.open & profile.open:
        return False
    return all(_any(matched, one) for one in case.when) and not any(
        _any(matched, one) for one in case.unless
    )


def _any(
    matched: Mapping[str, tuple[Pattern, ...]], condition: tuple[str, tuple[Pattern, ...]]
) -> bool:
    name, patterns = condition
    return any(pattern in matched[name] for pattern in patterns)


def _version(case: Case, profile: _Profile) -> str | None:
    if case.versions is None:
        return None
    return profile.firmware if case.versions.of == "firmware" else profile.version


def _state(case: Case, version: str | None) -> str:
    """`affected`, `disputed`, `partly`, `unknown` or `outside`."""
    if case.versions is None:
        return "unknown"
    disputed = case.versions.disputed
    if disputed is not None and disputed.place(version) is Place.INSIDE:
        return "disputed"
    place = case.versions.affected.place(version)
    return "affected" if place is Place.INSIDE else str(place)


def _sureness(case: Case, profile: _Profile) -> Iterator[float]:
    """How sure the identification is of each field that the case rests on."""
    sure = dict(zip(IDENTITY, profile.sure, strict=True))
    yield from _asked(case.when, sure)
    if case.versions is not None:
        yield sure[case.versions.of]


def _asked(when: Conditions, sure: Mapping[str, float]) -> Iterator[float]:
    yield 1.0
    for name, _ in when:
        if name in sure:
            yield sure[name]
