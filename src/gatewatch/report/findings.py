"""What is wrong with a host: the findings of all its services, with what its other ports decide."""

from collections.abc import Mapping
from dataclasses import dataclass

from gatewatch.assess.catalogue import catalogue
from gatewatch.assess.findings import Assessment, Finding, evidence_of, risk_of
from gatewatch.assess.matcher import assess
from gatewatch.assess.score import Verdict
from gatewatch.model.knowledge import OURS, Knowledge
from gatewatch.model.observation import Answer
from gatewatch.pipeline.understand import explain, subject_of

__all__ = ["Found", "HostRisk", "host_risk"]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, where it is worst."""

    ports: tuple[int, ...]
    """All ports that show it, the worst first."""
    finding: Finding
    evidence: str
    """What of the answer it rests on."""


@dataclass(frozen=True, slots=True)
class HostRisk:
    """All findings of a host."""

    found: tuple[Found, ...]
    """Those that may be true, the worst first."""
    unknown: tuple[str, ...]
    """Ids of those for which hardly anything speaks."""
    unaffected: tuple[str, ...]
    """Ids of those whose range its version is outside of."""
    risk: float | None
    """H, 0 to 100; None: none of its services is a device's own."""


def host_risk(answers: Mapping[int, Answer], knowledge: Knowledge = OURS) -> HostRisk:
    """What is wrong with a host whose ports gave these masked answers."""
    known = catalogue(knowledge)
    seen: list[tuple[int, Finding, str]] = []
    assessed: list[Assessment] = []
    for port, answer in answers.items():
        facts, identity = explain(answer, knowledge.overlay)
        others = frozenset(answers) - {port}
        subject = subject_of(facts, identity.best())._replace(port=port, open=others)
        assessed.append(assess(subject, known))
        seen += [(port, one, evidence_of(one, subject)) for one in assessed[-1].present]
    scored = [one for own in assessed if own.scored for one in own.findings]
    found = _by_finding(seen)
    present = {one.finding.id for one in found}
    return HostRisk(
        found,
        _named(assessed, Verdict.UNKNOWN, present),
        _named(assessed, Verdict.NOT_AFFECTED, present),
        risk_of(scored) if any(one.scored for one in assessed) else None,
    )


def _by_finding(seen: list[tuple[int, Finding, str]]) -> tuple[Found, ...]:
    """One for each entry, the worst first."""
    ranked = sorted(seen, key=lambda one: (-one[1].risk, -one[1].c, one[1].id, one[0]))
    by_id: dict[str, list[tuple[int, Finding, str]]] = {}
    for one in ranked:
        by_id.setdefault(one[1].id, []).append(one)
    return tuple(
        Found(tuple(port for port, _, _ in every), *every[0][1:]) for every in by_id.values()
    )


def _named(assessed: list[Assessment], word: Verdict, but: set[str]) -> tuple[str, ...]:
    every = (one for own in assessed for one in own.findings)
    return tuple(sorted({one.id for one in every if one.verdict is word} - but))
