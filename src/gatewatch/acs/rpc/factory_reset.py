"""Makes the device forget every setting, ours among them: `{}`.

It comes back as `0 BOOTSTRAP`, with the credentials that it left the factory with.
"""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import FactoryReset, FactoryResetResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "FactoryReset"
SENTENCE = "Make a device forget every setting."


def ask(arguments: Mapping[str, Any]) -> tuple[FactoryReset, ...]:
    """One request."""
    known_only("factory_reset", arguments, set())
    return (FactoryReset(),)


def answered(
    asked: FactoryReset, answer: FactoryResetResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """It will, once the session has ended."""
    del asked, answer, arguments
    return done()
