"""Whole answers from wire to identity, through masking and facts: `answers/*.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.matcher import identify
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask

FILES = sorted(Path(__file__).with_name("answers").glob("*.toml"))
ANSWERS: dict[str, dict[str, Any]] = {
    f"{file.stem}: {name}": case
    for file in FILES
    for name, case in tomllib.loads(file.read_text("utf-8")).items()
}
HOST = "192.0.2.1"
AT_HOME = {"router", "gateway", "modem", "cable-modem", "ont"}


def answer_of(case: dict[str, Any], *marks: Mark) -> Answer:
    end = "\n" if case.get("bare_lf") else "\r\n"
    head = case["head"].replace("\n", end) + end
    body = case.get("body", "")
    tls = (("subject", case["tls"]),) if "tls" in case else ()
    return Answer(
        Spoke.HTTP, Outcome.SUCCESS, head.encode("latin-1"), body.encode(), frozenset(marks), tls
    )


def best_of(answer: Answer) -> dict[str, str]:
    best = identify(read_facts(mask(answer, HOST)).features).best()
    return {field: value for field, (value, _) in best.items()}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_understood(name: str) -> None:
    assert best_of(answer_of(ANSWERS[name])) == ANSWERS[name]["expect"]


@pytest.mark.parametrize(
    "name", [name for name, case in ANSWERS.items() if case["expect"].get("role") != "honeypot"]
)
def test_what_a_source_left_out_gives_no_other_maker(name: str) -> None:
    """Fewer known headers may say less of an answer, never something else."""
    expected = ANSWERS[name]["expect"]
    known = best_of(answer_of(ANSWERS[name], Mark.PARTIAL, Mark.REBUILT, Mark.NO_BODY))
    for field in ("vendor", "model"):
        assert known.get(field) in (None, expected.get(field))
    # "router" is the general word for what stands at home.
    general = ("router",) if expected.get("device.type") in AT_HOME else ()
    assert known.get("device.type") in (None, expected.get("device.type"), *general)


def test_most_entries_are_met_by_whole_answers() -> None:
    """An example of one feature alone does not prove what a whole answer comes to."""
    met = {
        one.rule
        for case in ANSWERS.values()
        for one in identify(read_facts(mask(answer_of(case), HOST)).features).assertions
    }
    entries = [entry for several in catalogue().fingerprints.values() for entry in several]
    assert len([entry for entry in entries if entry.rule in met]) >= 0.9 * len(entries)
