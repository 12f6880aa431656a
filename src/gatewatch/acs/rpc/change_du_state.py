"""Installs, updates and removes modules of software; how it went comes as DUStateChangeComplete.

`{"operations": [{"operation": "install", "url": ...}, {"operation": "update", "uuid": ...},
{"operation": "uninstall", "uuid": ...}]}`, with the other fields that the schema has for each.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from gatewatch.acs.arguments import known_only, refuse, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import (
    ChangeDUState,
    ChangeDUStateResponse,
    InstallOpStruct,
    UninstallOpStruct,
    UpdateOpStruct,
)

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "ChangeDUState"
SENTENCE = "Install, update and remove modules of software."
_ACTION = "change_du_state"
_KINDS = {"install": InstallOpStruct, "update": UpdateOpStruct, "uninstall": UninstallOpStruct}
_NEEDED = {"install": "url", "uninstall": "uuid"}


def ask(arguments: Mapping[str, Any]) -> tuple[ChangeDUState, ...]:
    """One request."""
    known_only(_ACTION, arguments, {"operations"})
    given = arguments.get("operations")
    if not isinstance(given, list | tuple) or not given:
        refuse(_ACTION, '"operations" is no list', "give at least one operation")
    key = text(_ACTION, arguments, "command_key", 32)
    return (ChangeDUState(tuple(_operation(one) for one in given), key),)


def _operation(given: Any) -> Any:
    named = given.get("operation") if isinstance(given, Mapping) else None
    kind = _KINDS.get(str(named))
    if kind is None:
        refuse(_ACTION, f'no operation "{named}"', f"use {', '.join(_KINDS)}")
    known = {one.name for one in fields(kind)}
    known_only(_ACTION, given, known | {"operation"})
    needed = _NEEDED.get(str(named))
    if needed:
        text(_ACTION, given, needed, 1024, needed=True)
    return kind(**{name: text(_ACTION, given, name, 1024) for name in known & given.keys()})


def answered(
    asked: ChangeDUState, answer: ChangeDUStateResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """It was heard."""
    del answer, arguments
    return done(result={"change": "pending", "command_key": asked.command_key})
