"""Sets parameters, all or none: `{"parameters": [{"name", "value", "type"}], "parameter_key"}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, refuse, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.acs.paths import is_partial, valid
from gatewatch.acs.state.records import Parameter
from gatewatch.protocol.cwmp import (
    TYPES,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "SetParameterValues"
SENTENCE = "Change parameters, all of them or none."
_ACTION = "set_parameter_values"


def ask(arguments: Mapping[str, Any]) -> tuple[SetParameterValues, ...]:
    """One request, since it is the request that is all or none."""
    known_only(_ACTION, arguments, {"parameters", "parameter_key"})
    given = arguments.get("parameters")
    if not isinstance(given, list | tuple) or not given:
        refuse(_ACTION, '"parameters" is no list', "give at least one parameter")
    values = tuple(_value(one) for one in given)
    return (SetParameterValues(values, text(_ACTION, arguments, "parameter_key", 32)),)


def _value(given: Any) -> ParameterValue:
    if not isinstance(given, Mapping) or not given.keys() <= {"name", "value", "type"}:
        refuse(_ACTION, f'"{given}" is no parameter', "give name, value and type")
    name, kind = given.get("name"), given.get("type", "string")
    if not isinstance(name, str) or not valid(name) or is_partial(name):
        refuse(_ACTION, f'"{name}" is no name of a parameter', "write it as Device.A.1.B")
    if kind not in TYPES:
        refuse(_ACTION, f'{name}: no type "{kind}"', f"use {', '.join(TYPES)}")
    return ParameterValue(name, _text(name, given.get("value"), kind), kind)


def _text(name: str, value: Any, kind: str) -> str:
    if kind == "boolean" and str(value).lower() in ("true", "false", "1", "0"):
        # There are devices that take only digits, and none that takes only words.
        return "1" if str(value).lower() in ("true", "1") else "0"
    if isinstance(value, bool) or not isinstance(value, str | int) or kind == "boolean":
        refuse(_ACTION, f'{name}: "{value}" is no {kind}', "give it as the type demands")
    if kind in ("int", "unsignedInt", "long", "unsignedLong"):
        digits = str(value).removeprefix("-" if kind in ("int", "long") else "")
        if not (digits.isascii() and digits.isdigit()):
            refuse(_ACTION, f'{name}: "{value}" is no {kind}', "give a whole number")
    return str(value)


def answered(
    asked: SetParameterValues, answer: SetParameterValuesResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """In force, or after a reboot: only what is in force now is known of the device.

    That the device says so is no proof; whoever needs one reads the values back.
    """
    del arguments
    if answer.status:
        return done(result={"set": len(asked.parameters), "needs": "reboot"})
    told = {one.name: Parameter(one.value, one.type) for one in asked.parameters}
    return done(parameters=told, result={"set": len(told)})
