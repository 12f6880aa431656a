"""Reads parameters: `{"names": [...]}`, full names or partial paths.

Names go out in lots of 32, which devices can bear. A refusal halves the lot (9002 and 9004 come
from devices that were asked too much, 9005 from those that do not say which name they lack),
until the one name is found that is to blame; 9005 for it alone means that it is not there.
"""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, names
from gatewatch.acs.outcome import Outcome, by_fault, done
from gatewatch.acs.state.records import Parameter
from gatewatch.protocol.cwmp import Fault, GetParameterValues, GetParameterValuesResponse

__all__ = ["LOT", "METHOD", "SENTENCE", "answered", "ask", "refused"]

METHOD = "GetParameterValues"
SENTENCE = "Read parameters."
LOT = 32
_TOO_MUCH = frozenset({9002, 9004, 9005})
_UNKNOWN = 9005


def ask(arguments: Mapping[str, Any]) -> tuple[GetParameterValues, ...]:
    """Lots of names."""
    known_only("get_parameter_values", arguments, {"names"})
    wanted = names("get_parameter_values", arguments)
    return tuple(GetParameterValues(wanted[at : at + LOT]) for at in range(0, len(wanted), LOT))


def answered(
    asked: GetParameterValues, answer: GetParameterValuesResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """The values; a name that is not in the answer stays as it was known."""
    del asked, arguments
    told = {one.name: Parameter(one.value, one.type) for one in answer.parameters if one.name}
    return done(parameters=told, result={"read": len(told)})


def refused(asked: GetParameterValues, fault: Fault, arguments: Mapping[str, Any]) -> Outcome:
    """Half as many names, or the one name that is not there."""
    del arguments
    if fault.code not in _TOO_MUCH:
        return by_fault(fault)
    half = len(asked.names) // 2
    if half:
        first, rest = asked.names[:half], asked.names[half:]
        return done(more=(GetParameterValues(first), GetParameterValues(rest)))
    if fault.code == _UNKNOWN:
        return done(gone=asked.names, result={"unknown": list(asked.names)})
    return by_fault(fault)
