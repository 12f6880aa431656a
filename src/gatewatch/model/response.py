"""Responses: answers after masking what changes each time.

Twenty million answers are about a hundred thousand responses, so everything that is understood
belongs to the response, never to the row. Its id is a hash of its canonical form, the same in
every lake and on every machine.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from gatewatch.model.observation import Answer

__all__ = ["Response", "response_id", "shown_id"]

# Part of the hash: whoever changes the masking or the serialisation below gives it a new number,
# so that ids of two versions never mean different things.
_CANONICAL_VERSION = b"gatewatch response 1"


@dataclass(frozen=True, slots=True)
class Response:
    """One distinct response with the first answer that gave it."""

    id: int
    """Signed 64-bit."""
    masked: Answer
    example: bytes
    """The head of the first answer as it came, only the target's own address masked."""
    seen_at: int
    """When that answer came, microseconds since 1970 UTC."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Response, (self.id, self.masked, self.example, self.seen_at)


def response_id(masked: Answer) -> int:
    """The signed 64-bit id of a masked answer: BLAKE2b over its length-prefixed parts.

    64 bits keep a chance collision among ten million responses below one in 300,000.
    """
    facts = "\n".join(
        (
            masked.spoke,
            masked.outcome,
            ",".join(sorted(masked.marks)),
            *(f"{name}={value}" for name, value in masked.tls),
        )
    ).encode()
    lengths = b"%d %d %d " % (len(facts), len(masked.head), len(masked.body))
    text = b"".join((_CANONICAL_VERSION, lengths, facts, masked.head, masked.body))
    digest = blake2b(text, digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def shown_id(number: int) -> str:
    """The id as users see it: 16 hex digits."""
    return f"{number & 0xFFFFFFFFFFFFFFFF:016x}"
