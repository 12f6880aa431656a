"""Removes an instance of an object: `{"object": "Device.NAT.PortMapping.3."}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, path, refuse, text
from gatewatch.acs.outcome import Outcome, by_fault, done
from gatewatch.protocol.cwmp import DeleteObject, DeleteObjectResponse, Fault

__all__ = ["METHOD", "SENTENCE", "answered", "ask", "refused"]

METHOD = "DeleteObject"
SENTENCE = "Remove an instance of an object."
_ACTION = "delete_object"
_UNKNOWN = 9005


def ask(arguments: Mapping[str, Any]) -> tuple[DeleteObject, ...]:
    """One request."""
    known_only(_ACTION, arguments, {"object", "parameter_key"})
    name = path(_ACTION, arguments, "object")
    if not name.rstrip(".").rpartition(".")[2].isdigit():
        refuse(_ACTION, f'"{name}" is no instance', "name one, as in Device.A.3.")
    return (DeleteObject(name, text(_ACTION, arguments, "parameter_key", 32)),)


def answered(
    asked: DeleteObject, answer: DeleteObjectResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """It is gone, now or after a reboot."""
    del arguments
    if answer.status:
        return done(result={"needs": "reboot"})
    return done(gone=(asked.object_name,))


def refused(asked: DeleteObject, fault: Fault, arguments: Mapping[str, Any]) -> Outcome:
    """What was gone before is gone."""
    del arguments
    if fault.code == _UNKNOWN:
        return done(gone=(asked.object_name,), result={"unknown": [asked.object_name]})
    return by_fault(fault)
