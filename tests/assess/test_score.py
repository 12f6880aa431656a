"""The laws of the scores: bounded, monotone, independent of order, honest on guesses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.assess.score import (
    ATTACK_PATHS,
    BANDS,
    CONFIGURED,
    EXPLOITATION,
    Decision,
    Verdict,
    band_of,
    decision,
    host_score,
    score,
    verdict_of,
)

SHARES = st.floats(0, 1)
FACTORS = st.tuples(SHARES, SHARES, SHARES, SHARES)
FINDINGS = st.lists(
    st.tuples(st.sampled_from(["RomPager", "gSOAP", "web UI"]), st.floats(0, 100), SHARES),
    max_size=8,
)


@given(FACTORS)
def test_a_score_is_from_0_to_100(factors: tuple[float, float, float, float]) -> None:
    assert 0 <= score(*factors) <= 100


@given(FACTORS, st.integers(0, 3), SHARES)
def test_a_score_grows_with_each_factor(
    factors: tuple[float, float, float, float], place: int, other: float
) -> None:
    changed = list(factors)
    changed[place] = max(factors[place], other)
    assert score(*changed) >= score(*factors)


@given(FINDINGS, FINDINGS)
def test_more_findings_never_lower_the_score_of_a_host(
    some: list[tuple[str, float, float]], more: list[tuple[str, float, float]]
) -> None:
    assert host_score(some) <= host_score([*some, *more]) + 1e-9
    assert 0 <= host_score([*some, *more]) <= 100


@given(FINDINGS, st.randoms())
def test_the_order_of_findings_does_not_matter(
    findings: list[tuple[str, float, float]], random: object
) -> None:
    shuffled = list(findings)
    assert hasattr(random, "shuffle")
    random.shuffle(shuffled)
    assert host_score(shuffled) == host_score(findings)


@given(FINDINGS)
def test_a_finding_twice_counts_once(findings: list[tuple[str, float, float]]) -> None:
    assert host_score([*findings, *findings]) == host_score(findings)


def test_of_one_component_the_worst_counts() -> None:
    assert host_score([("gSOAP", 13.1, 0.85), ("gSOAP", 1.8, 0.15)]) == pytest.approx(13.1)
    both = host_score([("gSOAP", 20.0, 0.85), ("RomPager", 50.0, 0.75)])
    assert both == pytest.approx(60.0)


def test_no_host_is_critical_on_guesses() -> None:
    guesses = [(f"part {number}", 59.0, 0.59) for number in range(8)]
    assert host_score(guesses) == 60.0
    assert host_score([*guesses, ("sure", 1.0, 0.6)]) > 99


@pytest.mark.parametrize(
    ("value", "band"),
    [(100, "critical"), (75, "critical"), (74.9, "high"), (50, "high"), (49.9, "medium"),
     (20, "medium"), (19.9, "low"), (5, "low"), (4.9, "info"), (0, "info")],
)  # fmt: skip
def test_bands_begin_where_shadowserver_names_them(value: float, band: str) -> None:
    assert band_of(value) == band
    assert [name for name, _ in BANDS] == ["critical", "high", "medium", "low", "info"]


@pytest.mark.parametrize(
    ("c", "behaviour", "verdict"),
    [
        (0.9, True, Verdict.VULNERABLE), (1.0, False, Verdict.LIKELY), (0.9, False, Verdict.LIKELY),
        (0.89, True, Verdict.LIKELY), (0.6, False, Verdict.LIKELY), (0.59, True, Verdict.POSSIBLE),
        (0.1, False, Verdict.POSSIBLE), (0.09, True, Verdict.UNKNOWN),
        (0.0, True, Verdict.NOT_AFFECTED),
    ],
)  # fmt: skip
def test_only_behaviour_makes_vulnerable(c: float, behaviour: bool, verdict: Verdict) -> None:
    assert verdict_of(c, behaviour=behaviour) is verdict


@pytest.mark.parametrize(
    ("level", "sweeping", "provider", "enterprise"),
    [
        ("campaign", True, Decision.ACT, Decision.ATTEND),
        ("mass", False, Decision.ATTEND, Decision.ATTEND),
        ("public-exploit", True, Decision.ATTEND, Decision.ATTEND),
        ("poc", False, Decision.TRACK_CLOSELY, Decision.TRACK_CLOSELY),
        ("none", True, Decision.TRACK_CLOSELY, Decision.TRACK_CLOSELY),
        ("none", False, Decision.TRACK, Decision.TRACK),
    ],
)
def test_what_ssvc_says(
    level: str, sweeping: bool, provider: Decision, enterprise: Decision
) -> None:
    e = EXPLOITATION[level]
    assert decision(e, automatable=sweeping, total=True) is provider
    assert decision(e, automatable=sweeping, total=True, enterprise=True) is enterprise
    ladder = list(Decision)
    step_up = decision(e, automatable=sweeping, total=True, enterprise=True, mission=True)
    assert ladder.index(step_up) == min(ladder.index(enterprise) + 1, 3)


def test_factors_of_the_tables_are_shares_and_levels_stay_below_likely_vulnerabilities() -> None:
    assert all(0 < value <= 1 for value in (*ATTACK_PATHS.values(), *EXPLOITATION.values()))
    assert list(CONFIGURED.values()) == [1, 8, 20, 40]
    assert math.isclose(score(1, 1, 1, 1), 100)
