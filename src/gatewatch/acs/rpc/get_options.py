"""Deprecated: asks which options vouchers brought: `{"option": ""}` for all."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import GetOptions, GetOptionsResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "GetOptions"
SENTENCE = "Ask which options vouchers brought (deprecated)."


def ask(arguments: Mapping[str, Any]) -> tuple[GetOptions, ...]:
    """One request."""
    known_only("get_options", arguments, {"option"})
    return (GetOptions(text("get_options", arguments, "option", 64)),)


def answered(
    asked: GetOptions, answer: GetOptionsResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """Name and state of each."""
    del asked, arguments
    return done(result={"options": [[one.name, one.state] for one in answer.options]})
