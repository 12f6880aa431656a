"""Why an answer is understood as it is: what matched, what nearly did, what other ports say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.nearly import Near, nearly
from gatewatch.model.observation import Answer
from gatewatch.pipeline.understand import explain
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask
from gatewatch.protocol.response import READ_LIMIT, Ending, ResponseReader
from gatewatch.report.host import Belief, beliefs_of

__all__ = ["PASTED_LIMIT", "Shared", "beliefs_about", "near_misses", "read_pasted", "together"]

PASTED_LIMIT = READ_LIMIT
"""Bytes of a pasted answer that are read."""

# What a box is, whichever of its ports is asked; software and role are a port's own.
_OF_THE_BOX = ("vendor", "model", "device.type", "firmware")


@dataclass(frozen=True, slots=True)
class Shared:
    """What several services of one host say of the box that they run on."""

    field: str
    value: str
    sure: float
    """0 to 1, all ports together; a rule that matched on two ports counts once."""
    ports: tuple[int, ...]


def beliefs_about(answer: Answer, overlay: Path | None = None) -> tuple[Belief, ...]:
    """What is believed of a masked answer, with every hint."""
    return beliefs_of(explain(answer, overlay)[1])


def near_misses(answer: Answer, overlay: Path | None = None) -> list[Near]:
    """The rules that a masked answer nearly matches, the nearest first."""
    return nearly(read_facts(answer).features, catalogue(overlay))


def read_pasted(data: bytes, *, exact: bool) -> tuple[Answer, bool]:
    """The masked answer in bytes that somebody pasted, and whether its line ends were mended.

    A terminal turns CR LF into LF. Where there is no CR at all, the lines get theirs back, since
    a bare LF is evidence of its own; `exact` leaves them.
    """
    mended = not exact and b"\r" not in data and b"\n" in data
    reader = ResponseReader()
    reader.feed(data.replace(b"\n", b"\r\n") if mended else data)
    return mask(reader.answer(Ending.CLOSED), ""), mended


def together(by_port: Mapping[int, Sequence[Belief]]) -> list[Shared]:
    """What the services of one host say of the box, per field the surest first."""
    hints: dict[tuple[str, str], dict[str, float]] = {}
    ports: dict[tuple[str, str], set[int]] = {}
    for port, beliefs in by_port.items():
        for belief in beliefs:
            if belief.field in _OF_THE_BOX:
                key = belief.field, belief.value
                hints.setdefault(key, {}).update({one.rule: one.confidence for one in belief.hints})
                ports.setdefault(key, set()).add(port)
    shared = [
        Shared(
            *key,
            1.0 - math.prod(1.0 - confidence for confidence in rules.values()),
            tuple(sorted(ports[key])),
        )
        for key, rules in hints.items()
    ]
    return sorted(shared, key=lambda one: (_OF_THE_BOX.index(one.field), -one.sure, one.value))
