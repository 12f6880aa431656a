"""Makes one more instance of an object: `{"object": "Device.NAT.PortMapping."}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, path, refuse, text
from gatewatch.acs.outcome import Outcome, done, failed
from gatewatch.protocol.cwmp import AddObject, AddObjectResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "AddObject"
SENTENCE = "Make one more instance of an object."
_ACTION = "add_object"


def ask(arguments: Mapping[str, Any]) -> tuple[AddObject, ...]:
    """One request."""
    known_only(_ACTION, arguments, {"object", "parameter_key"})
    name = path(_ACTION, arguments, "object")
    if not name:
        refuse(_ACTION, "the root has no instances", "name an object, as in Device.A.")
    return (AddObject(name, text(_ACTION, arguments, "parameter_key", 32)),)


def answered(asked: AddObject, answer: AddObjectResponse, arguments: Mapping[str, Any]) -> Outcome:
    """The name of the new instance."""
    del arguments
    if not answer.instance_number:
        return failed("the device does not say which instance it made")
    result: dict[str, Any] = {"object": f"{asked.object_name}{answer.instance_number}."}
    return done(result=result | ({"needs": "reboot"} if answer.status else {}))
