"""Asks whose changes a device reports by itself: `{"names": [...]}`, in lots of 32."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, names
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import GetParameterAttributes, GetParameterAttributesResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "GetParameterAttributes"
SENTENCE = "Ask whose changes a device reports by itself."
_LOT = 32


def ask(arguments: Mapping[str, Any]) -> tuple[GetParameterAttributes, ...]:
    """Lots of names."""
    known_only("get_parameter_attributes", arguments, {"names"})
    wanted = names("get_parameter_attributes", arguments)
    return tuple(
        GetParameterAttributes(wanted[at : at + _LOT]) for at in range(0, len(wanted), _LOT)
    )


def answered(
    asked: GetParameterAttributes,
    answer: GetParameterAttributesResponse,
    arguments: Mapping[str, Any],
) -> Outcome:
    """Name, notification and access list of each."""
    del asked, arguments
    told = [[one.name, one.notification, list(one.access_list)] for one in answer.parameters]
    return done(result={"attributes": told})
