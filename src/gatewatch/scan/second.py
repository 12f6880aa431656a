"""Who is asked a second time, and which of two answers is kept.

A device may speak TLS on its port: it answers plain HTTP with a TLS alert (RFC 8446 section 6,
content type 21), or closes without a word. A grab that broke off may have met a busy device.
"""

from dataclasses import replace

from gatewatch.model.observation import Observation, Outcome, Spoke, Unanswered

__all__ = ["better", "demands_tls", "is_worth_asking_again"]

_ALERT = b"\x15\x03"
_BROKEN = frozenset({Outcome.CONNECTION_CLOSED, Outcome.IO_TIMEOUT})


def demands_tls(record: Observation | Unanswered) -> bool:
    """Whether the answer to plain HTTP is a TLS alert."""
    return isinstance(record, Observation) and record.answer.head.startswith(_ALERT)


def is_worth_asking_again(record: Observation | Unanswered) -> bool:
    """Whether it accepted the connection and then said nothing."""
    if not isinstance(record, Observation):
        return False
    return record.answer.spoke is Spoke.CONNECTED and record.answer.outcome in _BROKEN


def better(first: Observation, second: Observation | Unanswered) -> Observation:
    """The one that shows more; the first one when both show the same."""
    if not isinstance(second, Observation):
        return first
    if second.answer.outcome is Outcome.HANDSHAKE_ERROR:
        # It demanded TLS and would not speak it with us; what it said first identifies it.
        failed = replace(first.answer, outcome=Outcome.HANDSHAKE_ERROR, tls=second.answer.tls)
        return replace(first, answer=failed)
    return second if _shows(second) > _shows(first) else first


def _shows(seen: Observation) -> tuple[int, int]:
    return seen.answer.spoke.rank, bool(seen.answer.tls)
