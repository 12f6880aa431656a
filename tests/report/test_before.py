"""What was before: the same counts, of an older snapshot, never of another coverage in silence."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.model.fields import FIELDS
from gatewatch.model.language import ENGLISH
from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Bars
from gatewatch.pipeline.understand import open_lake
from gatewatch.query.asking import asking
from gatewatch.query.parser import parse
from gatewatch.report.before import Before, before
from gatewatch.report.counting import Unit
from gatewatch.report.groupings import by_field
from gatewatch.report.tables.basis import Basis
from gatewatch.report.tables.before import with_before
from gatewatch.report.tables.top import for_people
from gatewatch.report.top import Report, top

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]

OLD = "2026-10-20T00:00:00Z"


@pytest.fixture
def lake(seen: Seen, make_lake: Make, tmp_path: Path) -> Path:
    """Two snapshots: two gSOAP and three RomPager, then three gSOAP, one RomPager, one mute."""
    italy = Place("IT", 64496, "Example Telecom")
    make_lake(
        [
            *(seen(f"192.0.2.{n}", at=OLD, place=italy) for n in (1, 2)),
            *(seen(f"192.0.2.{n}", "rompager", at=OLD, place=italy) for n in (3, 4, 5)),
        ]
    )
    make_lake(
        [
            *(seen(f"192.0.2.{n}", place=italy) for n in (1, 2, 3)),
            seen("192.0.2.4", "rompager", place=italy),
            seen("192.0.2.9", "huawei", place=italy),
        ]
    )
    return tmp_path / "lake"


def asked(
    path: Path, query: str, field: str, unit: Unit = Unit.SERVICES
) -> tuple[Report, Before | None]:
    with asking(open_lake(path), parse(query)) as question:
        report = top(question.con, question.scope, by_field(FIELDS[field]), 25, unit=unit)
        return report, before(question, report)


@pytest.mark.parametrize("unit", list(Unit))
def test_each_value_has_its_count_of_before(lake: Path, unit: Unit) -> None:
    report, found = asked(lake, "country:IT", "software", unit)
    assert found is not None
    assert found.total == 5
    counts = {one.value: found.counts.get(one.key, 0) for one in report.buckets}
    assert counts["gSOAP"] == 2
    assert counts["RomPager"] == 3


def test_a_value_that_was_not_there_counted_nothing(lake: Path) -> None:
    report, found = asked(lake, "realm:*", "realm")
    assert found is not None
    assert {found.counts.get(one.key, 0) for one in report.buckets} <= {0, 2, 3}


@pytest.mark.parametrize(
    ("query", "field"),
    [("snapshot:2026-10-20", "software"), ("country:IT", "ip"), ("country:IT", "scan_time")],
)
def test_where_time_is_in_the_question_nothing_is_set_against_it(
    lake: Path, query: str, field: str
) -> None:
    assert asked(lake, query, field)[1] is None


def test_the_table_tells_before_and_change_and_the_chart_marks_it(lake: Path) -> None:
    report, found = asked(lake, "country:IT", "software")
    basis = Basis(report.snapshots, "c" * 64, report.snapshots[0].last_seen / 1e6, ENGLISH)
    table = with_before(for_people(report, basis), report, found, ENGLISH)
    named = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    told = {row["software"]: (row["before"], row["change"]) for row in named}
    assert told["gSOAP"] == (2, "+1 (+50.0 %)")
    assert told["RomPager"] == (3, "−2 (−66.7 %)")
    assert isinstance(table.chart, Bars)
    assert table.chart.before == "before"
    assert any("Before is 2026-10-20, of 5 in all" in note for note in table.notes)


def test_without_a_snapshot_before_a_table_is_as_it_was(lake: Path) -> None:
    report, _ = asked(lake, "country:IT", "software")
    basis = Basis(report.snapshots, "c" * 64, 0.0, ENGLISH)
    table = for_people(report, basis)
    assert with_before(table, report, None, ENGLISH) is table
