"""Asks which transfers of ours wait; newer devices have GetAllQueuedTransfers."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import GetQueuedTransfers, GetQueuedTransfersResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "GetQueuedTransfers"
SENTENCE = "Ask which transfers of ours wait."


def ask(arguments: Mapping[str, Any]) -> tuple[GetQueuedTransfers, ...]:
    """One request without arguments."""
    known_only("get_queued_transfers", arguments, set())
    return (GetQueuedTransfers(),)


def answered(
    asked: GetQueuedTransfers, answer: GetQueuedTransfersResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """Command key and state of each."""
    del asked, arguments
    return done(result={"transfers": [[one.command_key, one.state] for one in answer.transfers]})
