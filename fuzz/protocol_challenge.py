# Invariant: any header values give challenges whose schemes are in lower case and whose names and
# values were sent; nothing is raised; there are at most as many as characters; time is linear.
"""Tries protocol/challenge.py."""

from fuzz.answers import ANSWERS, TOKENS

from gatewatch.protocol.challenge import parse_challenges
from gatewatch.protocol.head import parse_head, text

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    "\n".join(values).encode("latin-1")
    for answer in ANSWERS
    if (values := parse_head(answer).all("www-authenticate"))
]


def one(data: bytes) -> None:
    """Reads each line as a header's value."""
    values = text(data).split("\n")
    challenges = parse_challenges(values)
    assert len(challenges) <= len(data)
    for challenge in challenges:
        assert challenge.scheme
        assert challenge.scheme == challenge.scheme.lower()
        for name, value, quoted in challenge.params:
            assert challenge.get(name) is not None
            assert any(name in sent for sent in values)
            assert quoted or any(value in sent for sent in values)
