"""What counts as a change of coverage, and what does not."""

from dataclasses import replace
from typing import Any

import pytest
from tests.model.test_snapshot import INFO

from gatewatch.model.language import language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.report.coverage import addresses_change, breaks, change, share_change

SCAN: dict[str, Any] = {"tool": "gatewatch scan", "details": {"targets": "1000"}}
PORTS = {"a": (7547,), "b": (7547,), "c": (80, 7547)}


def info(name: str, **values: Any) -> SnapshotInfo:
    return replace(INFO, id=name, **{"unanswered": {}, **values})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (info("a"), info("b"), ""),
        (info("a", tool="zgrab2"), info("b", tool="masscan"), "tool zgrab2 to masscan"),
        (info("a", tool="masscan+zgrab2"), info("b", tool="zgrab2+masscan"), ""),
        (info("a"), info("c"), "ports 7547 to 80+7547"),
        (info("a"), info("unseen"), ""),
        (info("a", **SCAN), info("b", **SCAN), ""),
        (
            info("a", **SCAN),
            info("b", **{**SCAN, "details": {"targets": "2000"}}),
            "asked addresses 1,000 to 2,000",
        ),
        (info("a", **SCAN), info("b", **{**SCAN, "details": {"targets": "1040"}}), ""),
        # A hundredth of the same scope is the same scope.
        (
            info("a", **SCAN),
            info("b", **{**SCAN, "details": {"targets": "10"}}, sampled=0.01),
            "",
        ),
        (
            info("a", unanswered={"io-timeout": 96}),
            info("b", unanswered={"io-timeout": 196}),
            "asked addresses 100 to 200",
        ),
        (info("a", unanswered={"io-timeout": 96}), info("b"), ""),
        (info("a"), info("b", partial=True), "b is incomplete"),
        (info("a", partial=True), info("b"), "a is incomplete"),
        (info("a", services=9990, partial=True, rejected=10), info("b"), ""),
        (
            info("a", tool="x"),
            info("b", tool="y", partial=True, rejected=9),
            "tool x to y, b is incomplete",
        ),
    ],
)
def test_a_change_is_said_in_words(before: SnapshotInfo, after: SnapshotInfo, said: str) -> None:
    assert change(before, after, PORTS) == said


def test_the_first_snapshot_breaks_nothing() -> None:
    infos = [info("a"), info("c"), info("c")]
    assert breaks(infos, PORTS) == ("", "ports 7547 to 80+7547", "")


def test_counts_of_unequal_samples_and_addresses_of_any_are_not_compared() -> None:
    whole, tenth = info("a"), info("b", sampled=0.1)
    assert share_change(whole, info("c")) == share_change(tenth, tenth) == ""
    assert share_change(whole, tenth) == "sampled share 1 to 0.1"
    assert addresses_change(whole, info("c")) == ""
    assert addresses_change(whole, tenth) == "b asked a sample of the addresses"
    assert addresses_change(tenth, tenth).startswith("b and b asked")


def test_a_change_is_said_in_the_language_of_the_reader() -> None:
    before, after = info("a", tool="zgrab2"), info("c", tool="masscan")
    assert change(before, after, PORTS, language("fr")) == (
        "outil zgrab2 puis masscan, ports 7547 puis 80+7547"
    )
    assert "échantillon" in addresses_change(info("a", sampled=0.5), after, language("fr"))
