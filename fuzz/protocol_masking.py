# Invariant: any bytes can be masked, in linear time; lines stay lines; the target's address
# is gone.
"""Tries protocol/masking.py."""

from fuzz.answers import ANSWERS, TOKENS, split

from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.masking import mask, value_shape

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = ANSWERS

_HOST = "192.0.2.7"


def one(data: bytes) -> None:
    """Masks `data` as an answer, and as the value of a nonce."""
    answer = Answer(Spoke.HTTP, Outcome.SUCCESS, *split(data))
    masked = mask(answer, _HOST)
    assert _HOST.encode() not in masked.head + masked.body
    assert masked.head.count(b"\n") == answer.head.count(b"\n")
    value_shape(data)
