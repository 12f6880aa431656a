from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.errors import CaseUnknown
from gatewatch.watch.cases import Cases, State
from gatewatch.watch.finding import Advice, Evidence, Finding, Severity

FOUND = Finding(
    "exposed-router", "response 7", 42, Severity.LOW, 0.8, Advice.STEP_UP, "behind it",
    (Evidence(parse_address("192.0.2.7"), 7547, 100, 90, 0.8, "close"),), 1, 7,
)  # fmt: skip
LATER = replace(
    FOUND, evidence=(Evidence(parse_address("192.0.2.9"), 7547, 300, 290, 0.8, "close"),)
)


@pytest.fixture
def cases(watch: Path) -> Iterator[Cases]:
    with Cases.open(watch) as opened:
        yield opened


def test_a_finding_becomes_one_case_however_often_it_is_found(cases: Cases) -> None:
    assert cases.record([FOUND], 1000).opened == [1]
    again = cases.record([FOUND, FOUND], 2000)
    assert (again.opened, again.reopened, again.updated) == ([], [], 0)
    assert [one.updated_at for one in cases.all()] == [1000]


def test_newer_evidence_moves_the_case_to_the_newer_address(cases: Cases) -> None:
    cases.record([FOUND], 1000)
    assert cases.record([LATER], 2000).updated == 1
    assert str(cases.one(1).address) == "192.0.2.9"
    assert len(cases.evidence(1)) == 2


def test_a_mended_case_that_is_seen_later_is_new_again(cases: Cases) -> None:
    cases.record([FOUND], 100)
    cases.move(1, State.MENDED, 200, "alice")
    assert cases.record([FOUND], 250).reopened == []
    assert cases.record([LATER], 400).reopened == [1]
    assert [one.what for one in cases.history(1)] == ["new", "mended", "new"]


@pytest.mark.parametrize("state", [State.ACCEPTED, State.FALSE, State.TOLD])
def test_what_somebody_decided_stays_decided(cases: Cases, state: State) -> None:
    cases.record([FOUND], 100)
    cases.move(1, state, 200, "alice")
    cases.record([LATER], 400)
    assert cases.one(1).state is state


def test_a_case_is_assigned_and_noted(cases: Cases) -> None:
    cases.record([FOUND], 100)
    cases.assign(1, "helpdesk", 200, "alice")
    cases.note(1, "called", 300, "alice")
    assert cases.one(1).assigned == "helpdesk"
    assert [one.note for one in cases.history(1)][1:] == ["helpdesk", "called"]


def test_an_unknown_case_is_told(cases: Cases) -> None:
    with pytest.raises(CaseUnknown, match="no case 7"):
        cases.move(7, State.TOLD, 1, "alice")


def test_findings_are_recorded_all_or_none(cases: Cases) -> None:
    broken = replace(FOUND, subject="other", evidence=())
    with pytest.raises(ValueError, match="empty"):
        cases.record([FOUND, broken], 100)
    assert cases.all() == []
