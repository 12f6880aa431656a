"""Says who is told of changes: `{"names": [...], "notification": 2, "access_list": ["..."]}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, names, number, refuse
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import (
    AttributeChange,
    SetParameterAttributes,
    SetParameterAttributesResponse,
)

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "SetParameterAttributes"
SENTENCE = "Choose whose changes a device reports by itself."
_ACTION = "set_parameter_attributes"


def ask(arguments: Mapping[str, Any]) -> tuple[SetParameterAttributes, ...]:
    """One request for all names; what is not given stays as it is."""
    known_only(_ACTION, arguments, {"names", "notification", "access_list"})
    notify = "notification" in arguments
    listed = arguments.get("access_list")
    if not notify and listed is None:
        refuse(_ACTION, "nothing is to change", 'give "notification" or "access_list"')
    level = number(_ACTION, arguments, "notification", 0)
    if level > 6:
        refuse(_ACTION, f'no notification "{level}"', "0 is off, 1 passive, 2 active")
    if listed is not None and listed not in ([], ["Subscriber"]):
        refuse(_ACTION, f'"{listed}" is no access list', 'give [] or ["Subscriber"]')
    changes = tuple(
        AttributeChange(name, notify, level, listed is not None, tuple(listed or ()))
        for name in names(_ACTION, arguments)
    )
    return (SetParameterAttributes(changes),)


def answered(
    asked: SetParameterAttributes,
    answer: SetParameterAttributesResponse,
    arguments: Mapping[str, Any],
) -> Outcome:
    """Done."""
    del answer, arguments
    return done(result={"set": len(asked.changes)})
