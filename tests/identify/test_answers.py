"""Whole answers from wire to identity, through masking and facts: `answers.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gatewatch.identify.matcher import identify
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask

ANSWERS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("answers.toml").read_text("utf-8")
)
HOST = "192.0.2.1"


def answer_of(case: dict[str, Any], *marks: Mark) -> Answer:
    end = "\n" if case.get("bare_lf") else "\r\n"
    head = case["head"].replace("\n", end) + end
    body = case.get("body", "")
    return Answer(
        Spoke.HTTP, Outcome.SUCCESS, head.encode("latin-1"), body.encode(), frozenset(marks)
    )


def best_of(answer: Answer) -> dict[str, str]:
    best = identify(read_facts(mask(answer, HOST)).features).best()
    return {field: value for field, (value, _) in best.items()}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_understood(name: str) -> None:
    assert best_of(answer_of(ANSWERS[name])) == ANSWERS[name]["expect"]


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_source_left_out_gives_no_other_maker(name: str) -> None:
    """Fewer known headers may say less of an answer, never something else."""
    known = best_of(answer_of(ANSWERS[name], Mark.PARTIAL, Mark.REBUILT, Mark.NO_BODY))
    for field in ("vendor", "model", "device.type"):
        assert known.get(field) in (None, ANSWERS[name]["expect"].get(field))
