"""Starts the device anew after the session; an Inform with `M Reboot` will tell: `{}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import Reboot, RebootResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "Reboot"
SENTENCE = "Start a device anew."


def ask(arguments: Mapping[str, Any]) -> tuple[Reboot, ...]:
    """One request."""
    known_only("reboot", arguments, set())
    return (Reboot(text("reboot", arguments, "command_key", 32)),)


def answered(asked: Reboot, answer: RebootResponse, arguments: Mapping[str, Any]) -> Outcome:
    """It will, once the session has ended."""
    del answer, arguments
    return done(result={"command_key": asked.command_key})
