"""What is wrong with a host: all its ports together, each finding once."""

import pytest
from tests.conftest import HEADS

from gatewatch.assess.score import Verdict
from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.masking import mask
from gatewatch.report.findings import host_risk


def answer(kind: str) -> Answer:
    head = HEADS[kind].format(nonce=1).encode()
    return mask(Answer(Spoke.HTTP, Outcome.SUCCESS, head), "192.0.2.1")


def test_other_ports_decide_what_one_port_cannot() -> None:
    alone = host_risk({7547: answer("gsoap")})
    both = host_risk({7547: answer("gsoap"), 52869: answer("rompager")})
    [before] = [one for one in alone.found if one.finding.id == "CVE-2014-8361"]
    [after] = [one for one in both.found if one.finding.id == "CVE-2014-8361"]
    assert (before.finding.c, after.finding.c) == (0.3, 0.5)
    assert after.evidence == "realm realtek.com.tw, port 52869 open"
    assert alone.risk is not None
    assert both.risk is not None
    assert both.risk > alone.risk


def test_a_finding_of_several_ports_is_told_once() -> None:
    both = host_risk({7547: answer("gsoap"), 52869: answer("rompager")})
    ids = [one.finding.id for one in both.found]
    assert len(ids) == len(set(ids))
    [obsolete] = [one for one in both.found if one.finding.id == "C10-obsolete"]
    assert sorted(obsolete.ports) == [7547, 52869]


def test_what_is_unknown_or_not_affected_is_named_apart() -> None:
    wrong = host_risk({7547: answer("gsoap")})
    assert "CVE-2020-13576" in wrong.unknown
    assert {one.finding.verdict for one in wrong.found}.isdisjoint(
        {Verdict.UNKNOWN, Verdict.NOT_AFFECTED}
    )
    assert "CVE-2000-0470" in host_risk({7547: answer("rompager")}).unaffected


@pytest.mark.parametrize("kind", ["rompager", "huawei"])
def test_findings_are_told_the_worst_first(kind: str) -> None:
    risks = [one.finding.risk for one in host_risk({37215: answer(kind)}).found]
    assert risks == sorted(risks, reverse=True)


def test_a_port_that_does_not_speak_http_has_no_score() -> None:
    silent = Answer(Spoke.CONNECTED, Outcome.SUCCESS, b"")
    assert host_risk({7547: silent}).risk is None
