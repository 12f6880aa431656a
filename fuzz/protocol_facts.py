# Invariant: any answer, whatever its bytes and marks, gives all fields and known features only;
# fields are texts that UTF-8 can write, lists of them, whole numbers, or None; nothing is raised;
# time is linear.
"""Tries protocol/facts.py."""

from zlib import crc32

from fuzz.answers import ANSWERS, TOKENS, split

from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import FACT_FIELDS, FEATURES, read_facts

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = ANSWERS


def one(data: bytes) -> None:
    """Reads the facts of `data` as an answer with no marks, and with some."""
    head, body = split(data)
    drawn = crc32(data)
    some = frozenset(mark for bit, mark in enumerate(Mark) if drawn >> bit & 1)
    for spoke, marks in ((Spoke.HTTP, frozenset[Mark]()), (Spoke.HTTP, some), (Spoke.OTHER, some)):
        facts = read_facts(Answer(spoke, Outcome.SUCCESS, head, body, marks))
        assert tuple(facts.fields) == FACT_FIELDS
        assert facts.features.keys() <= FEATURES.keys()
        for value in (*facts.fields.values(), *facts.features.values()):
            for one in value if isinstance(value, list) else [value]:
                assert one is None or isinstance(one, int | str)
                if isinstance(one, str):
                    one.encode()
