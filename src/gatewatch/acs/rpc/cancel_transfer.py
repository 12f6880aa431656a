"""Takes back a transfer that has not begun: `{"transfer": "<its command key>"}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import CancelTransfer, CancelTransferResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "CancelTransfer"
SENTENCE = "Take back a transfer that has not begun."


def ask(arguments: Mapping[str, Any]) -> tuple[CancelTransfer, ...]:
    """One request."""
    known_only("cancel_transfer", arguments, {"transfer"})
    return (CancelTransfer(text("cancel_transfer", arguments, "transfer", 32, needed=True)),)


def answered(
    asked: CancelTransfer, answer: CancelTransferResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """It will not happen."""
    del answer, arguments
    return done(result={"cancelled": asked.command_key})
