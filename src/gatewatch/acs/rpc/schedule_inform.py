"""Has the device call again: `{"delay_seconds": 60}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, number, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import ScheduleInform, ScheduleInformResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "ScheduleInform"
SENTENCE = "Have a device call again after some seconds."
_ACTION = "schedule_inform"


def ask(arguments: Mapping[str, Any]) -> tuple[ScheduleInform, ...]:
    """One request."""
    known_only(_ACTION, arguments, {"delay_seconds"})
    delay = number(_ACTION, arguments, "delay_seconds", 1, 1)
    return (ScheduleInform(delay, text(_ACTION, arguments, "command_key", 32)),)


def answered(
    asked: ScheduleInform, answer: ScheduleInformResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """It will."""
    del answer, arguments
    return done(result={"command_key": asked.command_key})
