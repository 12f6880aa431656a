# Invariant: any bytes of a connection, however cut and however ended, give one answer, the same for
# every way of cutting; it keeps at most HEAD_LIMIT and BODY_LIMIT bytes; nothing is raised; time is
# linear in the length, also for a peer that drips.
"""Tries protocol/response.py."""

from itertools import cycle
from zlib import crc32

from fuzz.answers import ANSWERS, TOKENS

from gatewatch.model.observation import BODY_LIMIT, HEAD_LIMIT, Answer, Outcome, Spoke
from gatewatch.protocol.response import READ_LIMIT, Ending, ResponseReader

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [*ANSWERS, b"".join(ANSWERS[:2]), ANSWERS[0] + b"x" * READ_LIMIT]

_DRIP = 2048


def one(data: bytes) -> None:
    """Reads `data` whole and in pieces, with every ending, and drop by drop with one."""
    drops = [*(data[at : at + 1] for at in range(min(_DRIP, len(data)))), data[_DRIP:]]
    dripped = list(Ending)[crc32(data) % len(Ending)]
    for ending in Ending:
        whole, cut = _read([data], ending), _read(_cut(data), ending)
        assert whole == cut, (whole, cut)
        assert ending is not dripped or whole == _read(drops, ending)
        _check(whole, data)


def _cut(data: bytes) -> list[bytes]:
    at = 0
    found: list[bytes] = []
    for size in cycle((7, 1, 64, 2, 1460, 3)):
        if at >= len(data):
            return found
        found.append(data[at : at + size])
        at += size
    return found


def _read(pieces: list[bytes], ending: Ending) -> Answer:
    reader = ResponseReader()
    for piece in pieces:
        reader.feed(piece)
    return reader.answer(ending)


def _check(answer: Answer, data: bytes) -> None:
    assert len(answer.head) <= HEAD_LIMIT
    assert len(answer.body) <= BODY_LIMIT
    assert len(answer.head) + len(answer.body) <= len(data)
    if answer.spoke is Spoke.HTTP:
        assert answer.head
    elif answer.spoke is Spoke.OTHER:
        assert answer.outcome is Outcome.PROTOCOL_ERROR
        assert data.startswith(answer.head)
        assert answer.head
    else:
        assert answer == Answer(Spoke.CONNECTED, answer.outcome)
