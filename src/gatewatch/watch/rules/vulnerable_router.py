"""Somebody signs in from behind a router that is vulnerable, or likely to be."""

from collections.abc import Iterator

from gatewatch.watch.finding import Advice, Finding, Severity
from gatewatch.watch.ground import Ground, evidence_of

NAME = "vulnerable-router"
SENTENCE = "A person signs in from behind a router with a known vulnerability."


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each person and router."""
    for match in ground.joined.matches:
        router = ground.router(match.response)
        if router.flaws:
            flaws = ", ".join(router.flaws[:3])
            severity = Severity.HIGH if match.confidence >= 0.9 else Severity.MEDIUM
            yield Finding(
                NAME,
                f"response {match.response}",
                match.who,
                severity,
                match.confidence,
                Advice.STEP_UP,
                f"signs in from behind {router.name}, which answers to strangers ({flaws})",
                evidence_of(match),
                len(match.pairs),
                match.response,
            )
