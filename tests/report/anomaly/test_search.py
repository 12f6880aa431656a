"""What is planted in a small lake is found, for the right reason, and its query counts it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gatewatch.model.language import language
from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.query.search import count_services
from gatewatch.report.anomaly.finding import Anomaly, Kind, Verdict
from gatewatch.report.anomaly.search import anomalies
from gatewatch.store.lake import Lake

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]

DAYS = [f"2026-0{month}-01T00:00:00Z" for month in range(1, 5)]
SILENT, PATCHED, MOVED, MOVED_TO, OPENED = 64500, 64501, 64502, 64503, 64504


def network(
    seen: Seen, asn: int, hosts: int, kind: str, day: str, port: int = 7547
) -> Iterator[Observation]:
    for n in range(hosts):
        yield seen(f"2001:db8:{asn:x}::{n:x}", kind, port=port, at=day, place=Place("FR", asn))


@pytest.fixture
def lake(seen: Seen, make_lake: Make, tmp_path: Path) -> Lake:
    """Four snapshots; in the last one four networks break, each for a reason of its own."""
    for day in DAYS:
        last = day == DAYS[-1]
        observed = [
            one for asn in range(64505, 64511) for one in network(seen, asn, 40, "gsoap", day)
        ]
        observed += network(seen, SILENT, 40, "gsoap", day, port=8080)
        observed += network(seen, SILENT, 0 if last else 40, "gsoap", day)
        observed += network(seen, PATCHED, 40, "gsoap" if last else "huawei", day)
        observed += network(seen, MOVED_TO if last else MOVED, 40, "rompager", day)
        observed += network(seen, OPENED, 200 if last else 25, "gsoap", day)
        make_lake(observed)
    return Lake.open(tmp_path / "lake")


def found_in(lake: Lake, query: str = "") -> list[Anomaly]:
    return anomalies(lake, scope(parse(query).node, lake.snapshots))


def broken(found: Sequence[Anomaly]) -> dict[object, Anomaly]:
    return {one.numbers["asn"]: one for one in found if one.kind is Kind.BROKEN}


@pytest.mark.parametrize(
    ("asn", "verdict", "said"),
    [
        (SILENT, Verdict.FILTERED, "40 of 40 lost addresses answer on other ports"),
        (PATCHED, Verdict.PATCHED, "40 of 40 lost addresses still answer there, otherwise"),
        (MOVED, Verdict.RENUMBERED, "40 of 40 services with the same answers were gained by"),
        (MOVED_TO, Verdict.RENUMBERED, "40 of 40 services with the same answers were lost by"),
        (OPENED, Verdict.OPENED, "no other network lost such devices"),
    ],
)
def test_a_break_has_its_reason_and_what_decided_it(
    lake: Lake, asn: int, verdict: Verdict, said: str
) -> None:
    one = broken(found_in(lake))[asn]
    assert one.verdict is verdict
    assert said in "; ".join(one.evidence)
    assert f"AS{asn}" in one.sentence
    assert f"; {verdict}: " in one.sentence


def test_networks_that_stay_are_not_told(lake: Lake) -> None:
    assert set(broken(found_in(lake))) == {SILENT, PATCHED, MOVED, MOVED_TO, OPENED}


@pytest.mark.parametrize("query", ["", "snapshot:*", "port:7547", "snapshot:2026-02-01"])
def test_each_finding_counts_what_its_query_finds(lake: Lake, query: str) -> None:
    for one in found_in(lake, query):
        chosen = scope(parse(one.query).node, lake.snapshots)
        with lake.reading(chosen.ids) as con:
            assert count_services(con, chosen.node) == one.count, one.query


def test_an_old_break_is_told_when_its_snapshot_is_looked_at(
    lake: Lake, seen: Seen, make_lake: Make
) -> None:
    after = "2026-05-01T00:00:00Z"
    make_lake([
        one for asn in range(64505, 64511) for one in network(seen, asn, 40, "gsoap", after)
    ])  # fmt: skip
    later = Lake.open(lake.path)
    assert SILENT not in broken(found_in(later))
    assert broken(found_in(later, "snapshot:2026-04-01"))[SILENT].verdict is Verdict.FILTERED


def test_one_snapshot_has_nothing_new_and_nothing_broken(lake: Lake) -> None:
    kinds = {one.kind for one in found_in(lake, "snapshot:2026-01-01")}
    assert kinds <= {Kind.RARE, Kind.REPRESENTED}


def test_neighbours_that_fall_together_are_a_fault_of_the_scan(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    for day in DAYS:
        observed = [
            seen(f"192.0.2.{n}", at=day, place=Place("DE", 64496 + n % 10)) for n in range(250)
        ]
        for asn in range(64506, 64511):
            observed += network(seen, asn, 5 if day == DAYS[-1] else 50, "gsoap", day)
        make_lake(observed)
    found = broken(found_in(Lake.open(tmp_path / "lake")))
    assert {one.verdict for one in found.values()} == {Verdict.SCAN_FAULT}
    assert set(found) == set(range(64506, 64511))
    assert "4 of 4 neighbouring networks fell at the same time" in found[64506].sentence


def test_what_is_back_at_once_was_a_fault_of_the_scan(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    for day in DAYS:
        observed = list(network(seen, SILENT, 0 if day == DAYS[2] else 40, "gsoap", day))
        for asn in range(64505, 64511):
            observed += network(seen, asn, 40, "gsoap", day)
        make_lake(observed)
    one = broken(found_in(Lake.open(tmp_path / "lake"), "snapshot:*"))[SILENT]
    assert (one.verdict, one.evidence) == (
        Verdict.SCAN_FAULT,
        ("40 were back in the next snapshot",),
    )


def test_a_value_is_new_once_however_many_fields_say_so(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    for day in DAYS:
        observed = list(network(seen, SILENT, 60, "gsoap", day))
        if day == DAYS[-1]:
            observed += network(seen, PATCHED, 30, "huawei", day)
        make_lake(observed)
    new = [one for one in found_in(Lake.open(tmp_path / "lake")) if one.kind is Kind.NEW]
    assert len(new) == 1
    assert new[0].count == 30
    assert "is new: 30 services in 2026-04-01, none in the 3 snapshots before." in new[0].sentence


def test_too_few_to_be_new_are_not_told(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    for day in DAYS:
        observed = list(network(seen, SILENT, 60, "gsoap", day))
        if day == DAYS[-1]:
            observed += network(seen, PATCHED, 2, "huawei", day)
        make_lake(observed)
    assert not [one for one in found_in(Lake.open(tmp_path / "lake")) if one.kind is Kind.NEW]


def test_the_lone_kind_is_told(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    make_lake([*network(seen, SILENT, 200, "gsoap", DAYS[0]),
               *network(seen, PATCHED, 1, "huawei", DAYS[0])])  # fmt: skip
    [one] = [one for one in found_in(Lake.open(tmp_path / "lake")) if one.kind is Kind.RARE]
    assert one.sentence.startswith("Only 1 of 201 services is of type gateway")
    assert one.query == "device.type=gateway"


def test_a_network_of_its_own_kind_stands_out(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    observed: list[Observation] = []
    for asn in range(64496, 64511):
        observed += network(seen, asn, 60, "gsoap", DAYS[0])
        observed += [
            seen(f"2001:db8:{asn:x}:1::{n:x}", "rompager", at=DAYS[0], place=Place("FR", asn))
            for n in range(50 if asn == 64500 else 4)
        ]
    make_lake(observed)
    [one] = [one for one in found_in(Lake.open(tmp_path / "lake")) if one.kind is Kind.REPRESENTED]
    assert (one.numbers["of"], one.count) == (64500, 50)
    assert "times as common as elsewhere: 50 services, " in one.sentence


def test_an_everyday_lake_is_quiet(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    for day in DAYS:
        make_lake([one for asn in range(64496, 64511)
                   for one in network(seen, asn, 40, "gsoap", day)])  # fmt: skip
    assert found_in(Lake.open(tmp_path / "lake")) == []


def test_the_same_is_told_in_french(lake: Lake) -> None:
    english = found_in(lake)
    french = anomalies(lake, scope(parse("").node, lake.snapshots), language("fr"))
    assert [(one.query, one.numbers, one.verdict) for one in french] == [
        (one.query, one.numbers, one.verdict) for one in english
    ]
    told = {one.numbers.get("asn"): one.sentence for one in french}
    assert str(told[SILENT]).startswith(f"AS{SILENT} s’est tu sur le port 7547 en 31 jours")
    assert "filtré" in str(told[SILENT])
    assert not {one.sentence for one in french} & {one.sentence for one in english}
