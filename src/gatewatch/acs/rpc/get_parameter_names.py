"""Lists what a device has: `{"path": "Device.", "next_level": true, "walk": false}`.

`walk` goes down level by level to the last parameter and reads the values on the way, since many
devices cannot tell all at once (9004) and some refuse the root: for those the two roots are
asked by name.
"""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, path, refuse
from gatewatch.acs.outcome import Outcome, by_fault, done
from gatewatch.acs.paths import ROOTS
from gatewatch.protocol.cwmp import (
    Fault,
    GetParameterNames,
    GetParameterNamesResponse,
    GetParameterValues,
    Request,
)

__all__ = ["METHOD", "SENTENCE", "answered", "ask", "refused"]

METHOD = "GetParameterNames"
SENTENCE = "List what is below a path."
_ACTION = "get_parameter_names"
_TOO_MUCH = frozenset({9002, 9004})
_NOT_THERE = frozenset({9003, 9005})
_UNKNOWN = 9005
_LOT = 32


def ask(arguments: Mapping[str, Any]) -> tuple[GetParameterNames, ...]:
    """One request; answers lead to more."""
    known_only(_ACTION, arguments, {"path", "next_level", "walk"})
    for name in ("next_level", "walk"):
        if not isinstance(arguments.get(name, False), bool):
            refuse(_ACTION, f'"{name}" is neither true nor false', "give one of them")
    level = bool(arguments.get("next_level") or arguments.get("walk"))
    return (GetParameterNames(path(_ACTION, {"path": "", **arguments}, "path"), level),)


def answered(
    asked: GetParameterNames, answer: GetParameterNamesResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """The names and whether they can be changed; on a walk, what lies below them is next."""
    writable = {one.name: one.writable for one in answer.parameters if one.name}
    if not arguments.get("walk"):
        return done(writable=writable, result={"names": [list(one) for one in writable.items()]})
    leaves = [name for name in writable if not name.endswith(".")]
    # Below the path only: a device that names the path itself, or its parent, would lead in rings.
    inner = [name for name in writable if _below(name, asked.path)]
    more: list[Request] = [
        GetParameterValues(tuple(leaves[at : at + _LOT])) for at in range(0, len(leaves), _LOT)
    ]
    more += [GetParameterNames(name, next_level=True) for name in inner]
    return done(writable=writable, more=tuple(more), result={"listed": len(writable)})


def _below(name: str, path: str) -> bool:
    return name.endswith(".") and name.startswith(path) and len(name) > len(path)


def refused(asked: GetParameterNames, fault: Fault, arguments: Mapping[str, Any]) -> Outcome:
    """Root by root where the root has no name; nothing where an object has gone meanwhile."""
    del arguments
    if not asked.path and fault.code in _NOT_THERE | _TOO_MUCH:
        roots = (GetParameterNames(root, asked.next_level) for root in ROOTS)
        return done(more=tuple(roots))
    if asked.path in ROOTS and fault.code in _NOT_THERE:
        return done()  # a device has one root of the two
    if fault.code == _UNKNOWN:
        return done(gone=(asked.path,), result={"unknown": [asked.path]})
    return by_fault(fault)
