"""What the other side can do: we ask devices (`{}`), and devices ask us."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only
from gatewatch.acs.outcome import Answered, Hearing, Outcome, done
from gatewatch.protocol.cwmp import GetRPCMethods, GetRPCMethodsResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask", "heard"]

METHOD = "GetRPCMethods"
SENTENCE = "Ask what the other side can do."


def ask(arguments: Mapping[str, Any]) -> tuple[GetRPCMethods, ...]:
    """One request."""
    known_only("get_rpc_methods", arguments, set())
    return (GetRPCMethods(),)


def answered(
    asked: GetRPCMethods, answer: GetRPCMethodsResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """The names."""
    del asked, arguments
    return done(result={"methods": list(answer.methods)})


def heard(request: GetRPCMethods, hearing: Hearing) -> Answered:
    """What we serve in the device's version of CWMP."""
    del request
    return Answered(GetRPCMethodsResponse(hearing.served))
