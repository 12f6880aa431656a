"""Asks which transfers wait, whoever wanted them."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import GetAllQueuedTransfers, GetAllQueuedTransfersResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "GetAllQueuedTransfers"
SENTENCE = "Ask which transfers wait, whoever wanted them."


def ask(arguments: Mapping[str, Any]) -> tuple[GetAllQueuedTransfers, ...]:
    """One request without arguments."""
    known_only("get_all_queued_transfers", arguments, set())
    return (GetAllQueuedTransfers(),)


def answered(
    asked: GetAllQueuedTransfers,
    answer: GetAllQueuedTransfersResponse,
    arguments: Mapping[str, Any],
) -> Outcome:
    """What is known of each."""
    del asked, arguments
    return done(
        result={
            "transfers": [[one.command_key, one.state, one.file_type] for one in answer.transfers]
        }
    )
