"""Somebody signs in from behind a router that answers to strangers, no vulnerability known."""

from collections.abc import Iterator

from gatewatch.watch.finding import Advice, Finding, Severity
from gatewatch.watch.ground import Ground, evidence_of

NAME = "exposed-router"
SENTENCE = "A person signs in from behind a router whose CWMP port answers to strangers."


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each person and router."""
    for match in ground.joined.matches:
        router = ground.router(match.response)
        if not router.flaws:
            yield Finding(
                NAME,
                f"response {match.response}",
                match.who,
                Severity.MEDIUM if match.confidence >= 0.9 else Severity.LOW,
                match.confidence,
                Advice.STEP_UP,
                f"signs in from behind {router.name}, which answers to strangers",
                evidence_of(match),
                len(match.pairs),
                match.response,
            )
