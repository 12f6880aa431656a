"""From an answer to findings: the worked cases, and what must hold of any answer."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.assess.catalogue import catalogue
from gatewatch.assess.conditions import IDENTITY, KEYS, Subject
from gatewatch.assess.findings import MENDED_BY, Finding, evidence_of, mended, risk_of
from gatewatch.assess.matcher import assess
from gatewatch.assess.score import Verdict


def subject(
    told: Mapping[str, str] = MappingProxyType({}),
    *,
    port: int | None = None,
    ports: tuple[int, ...] = (),
    **more: str,
) -> Subject:
    """An answer; `software_version` stands for `software.version`, `http_body` for `http.body`."""
    named = {name.replace("_", "."): value for name, value in {**told, **more}.items()}
    return Subject(
        {name: (value, 0.97) for name, value in named.items() if name in IDENTITY},
        {"spoke": "http"} | {name: value for name, value in named.items() if name not in IDENTITY},
        port,
        frozenset(ports),
    )


def finding(id_: str, seen: Subject) -> Finding | None:
    return next((one for one in assess(seen).findings if one.id == id_), None)


ROMPAGER = {"software": "RomPager"}
GSOAP = {"software": "gSOAP"}

WORKED = [
    ("D1000 sign", "CVE-2016-10372", subject(status="404", http_body="/home_wan.htm"),
     85.3, "critical", Verdict.VULNERABLE),
    ("RomPager 4.07 on a tested model", "CVE-2014-9222",
     subject(ROMPAGER, software_version="4.07", model="TD-W8901G"),
     78.3, "critical", Verdict.LIKELY),
    ("RomPager 4.07", "CVE-2014-9222", subject(ROMPAGER, software_version="4.07"),
     65.2, "high", Verdict.LIKELY),
    ("RomPager 4.34", "CVE-2014-9222", subject(ROMPAGER, software_version="4.34"),
     26.1, "medium", Verdict.POSSIBLE),
    ("RomPager 4.51", "CVE-2014-9222", subject(ROMPAGER, software_version="4.51"),
     0.0, "info", Verdict.NOT_AFFECTED),
    ("gSOAP/2.7", "CVE-2017-9765", subject(GSOAP, software_version="2.7"),
     13.1, "low", Verdict.LIKELY),
    ("gSOAP/2.8", "CVE-2017-9765", subject(GSOAP, software_version="2.8"),
     5.4, "low", Verdict.POSSIBLE),
    ("gSOAP/2.8 cookies", "CVE-2019-7659", subject(GSOAP, software_version="2.8"),
     1.8, "info", Verdict.POSSIBLE),
    ("gSOAP plugin", "CVE-2020-13576", subject(GSOAP, software_version="2.8"),
     0.7, "info", Verdict.UNKNOWN),
    ("Huawei on 7547", "CVE-2017-17215", subject(realm="HuaweiHomeGateway", port=7547),
     3.4, "info", Verdict.POSSIBLE),
    ("Huawei on 37215", "CVE-2017-17215", subject(realm="HuaweiHomeGateway", port=37215),
     25.5, "medium", Verdict.POSSIBLE),
    ("Realtek with 52869", "CVE-2014-8361", subject(realm="realtek.com.tw", ports=(52869,)),
     49.0, "medium", Verdict.POSSIBLE),
    ("Realtek alone", "CVE-2014-8361", subject(realm="realtek.com.tw"),
     11.8, "low", Verdict.POSSIBLE),
    ("DIR-645 1.04", "CVE-2015-2051", subject(model="DIR-645", firmware="1.04"),
     78.4, "critical", Verdict.LIKELY),
    ("TP-Link AX10", "CVE-2025-9961", subject(model="Archer AX10"),
     3.5, "info", Verdict.POSSIBLE),
    ("VMG4325, no Telnet seen", "CVE-2024-40891", subject(model="VMG4325-B10A"),
     13.2, "low", Verdict.POSSIBLE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("id_", "seen", "risk", "band", "verdict"),
    [case[1:] for case in WORKED],
    ids=[case[0] for case in WORKED],
)
def test_worked_cases(id_: str, seen: Subject, risk: float, band: str, verdict: Verdict) -> None:
    found = finding(id_, seen)
    assert found is not None
    # The worked values are given with one digit, some of them cut and not rounded.
    assert found.risk == pytest.approx(risk, abs=0.1)
    assert found.band == band
    assert found.verdict is verdict


@pytest.mark.parametrize("version", ["2.7", "2.8", "2.8.33", "2.8.48", None])
def test_gsoap_is_never_vulnerable_to_devils_ivy(version: str | None) -> None:
    told = GSOAP if version is None else {**GSOAP, "software_version": version}
    found = finding("CVE-2017-9765", subject(told))
    assert found is not None
    assert found.verdict is not Verdict.VULNERABLE
    assert found.band in ("low", "info")


def test_gsoap_27_says_why_it_is_likely_and_low() -> None:
    found = finding("CVE-2017-9765", subject(GSOAP, software_version="2.7"))
    assert found is not None
    assert "2 GB" in found.why
    assert "no botnet" in found.why


@pytest.mark.parametrize("role", ["honeypot", "middlebox"])
def test_what_stands_in_for_a_device_has_no_findings(role: str) -> None:
    assert assess(subject(ROMPAGER, software_version="4.07", role=role)).findings == ()


def test_an_acs_is_exposed_but_no_vulnerable_router() -> None:
    found = assess(subject(GSOAP, software_version="2.7", role="acs", status="405"))
    assert found.risk is None
    assert [one.id for one in found.findings] == ["C11-acs-exposed"]


def test_what_does_not_speak_http_has_no_findings() -> None:
    seen = subject(role="cpe")
    assert assess(seen._replace(said={"spoke": "connected"})).risk is None


def test_a_finding_is_never_surer_than_the_identification() -> None:
    seen = subject(software_version="2.7")
    unsure = seen._replace(identity={**seen.identity, "software": ("gSOAP", 0.4)})
    found = finding("CVE-2017-9765", unsure)
    assert found is not None
    assert found.c == 0.4
    assert found.verdict is Verdict.POSSIBLE


def test_an_unknown_version_is_never_likely() -> None:
    for one in assess(subject(ROMPAGER)).findings:
        assert one.entry.level is not None or one.verdict not in (
            Verdict.LIKELY,
            Verdict.VULNERABLE,
        )


@pytest.mark.parametrize("proof", MENDED_BY)
def test_a_proof_of_repair_takes_the_risk_and_keeps_the_evidence(proof: str) -> None:
    seen = subject(ROMPAGER, software_version="4.07")
    before = finding("CVE-2014-9222", seen)
    assert before is not None
    after = mended(before, proof)
    assert (after.c, after.risk, after.verdict) == (0.0, 0.0, Verdict.NOT_AFFECTED)
    assert evidence_of(after, seen) == evidence_of(before, seen)
    assert after.why.startswith("Mended")


def test_evidence_names_what_the_finding_rests_on() -> None:
    seen = subject(realm="realtek.com.tw", ports=(52869, 80))
    found = finding("CVE-2014-8361", seen)
    assert found is not None
    assert evidence_of(found, seen) == "realm realtek.com.tw, port 52869 open"
    seen = subject(ROMPAGER, software_version="4.51")
    found = finding("CVE-2014-9222", seen)
    assert found is not None
    assert found.why == "Version 4.51 is outside of the affected range."
    assert evidence_of(found, seen) == "software.version 4.51"


def test_configuration_is_observed_and_counts_as_one_component() -> None:
    found = assess(subject(role="cpe", status="401", auth_scheme="basic"))
    assert {"C01-exposed", "C03-basic-in-clear", "C13-guessable-path"} <= {
        one.id for one in found.findings
    }
    assert {one.verdict for one in found.findings} == {Verdict.OBSERVED}
    assert found.risk == pytest.approx(20.0)
    assert found.verdict is None


def test_the_worst_verdict_is_of_vulnerabilities() -> None:
    found = assess(subject(ROMPAGER, software_version="4.07", role="cpe"))
    assert found.verdict is Verdict.LIKELY
    assert found.risk is not None
    assert found.risk > 60


def test_open_ports_decide_only_where_they_are_known() -> None:
    alone, with_telnet = subject(role="cpe"), subject(role="cpe", ports=(23,))
    assert finding("C14-other-doors", alone) is None
    assert finding("C14-other-doors", with_telnet) is not None


VALUES = st.text(max_size=40) | st.sampled_from(
    ["RomPager", "gSOAP", "2.7", "4.07", "cpe", "200", "basic", "digest", "realtek.com.tw"]
)
SUBJECTS = st.builds(
    Subject,
    st.dictionaries(st.sampled_from(IDENTITY), st.tuples(VALUES, st.floats(0.01, 1))),
    st.dictionaries(st.sampled_from(KEYS), VALUES).map(lambda said: {**said, "spoke": "http"}),
    st.none() | st.sampled_from([7547, 37215]),
    st.frozensets(st.sampled_from([23, 80, 52869])),
)


@given(SUBJECTS)
def test_any_answer_is_assessed_the_same_each_time(seen: Subject) -> None:
    found = assess(seen).findings
    assert found == assess(seen).findings
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert 0 <= one.risk <= 100
        assert 0 <= one.c <= 1
        assert one.why
        if not (one.case and one.case.behaviour):
            assert one.verdict is not Verdict.VULNERABLE
    assert 0 <= risk_of(found) <= 100


def test_the_same_finding_from_two_services_counts_once() -> None:
    found = assess(subject(ROMPAGER, software_version="4.07")).findings
    assert risk_of([*found, *found]) == risk_of(found)


def test_newer_evidence_of_exploitation_raises_the_risk() -> None:
    found = finding("CVE-2017-9765", subject(GSOAP, software_version="2.7"))
    assert found is not None
    listed = catalogue().entries["CVE-2014-8361"].kev
    worse = replace(found, entry=replace(found.entry, kev=listed))
    assert worse.risk > found.risk


def test_what_nothing_is_known_of_is_not_present() -> None:
    found = assess(subject(GSOAP, software_version="2.8"))
    present = {one.id for one in found.present}
    assert "CVE-2017-9765" in present
    assert "CVE-2020-13576" in {one.id for one in found.findings} - present
