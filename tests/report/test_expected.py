"""Expected services: sums of confidences, between what is certain and what matches."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.conftest import HEADS

from gatewatch.model.address import parse_address
from gatewatch.model.fields import FIELDS
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.pipeline.understand import open_lake
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.report.counting import Unit
from gatewatch.report.expected import Expected, expected
from gatewatch.report.groupings import PRODUCTS, by_field
from gatewatch.report.top import top

Make = Callable[[Sequence[Observation]], SnapshotInfo]


def answering(last: int, head: str, body: bytes = b"") -> Observation:
    answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head.format(nonce=last).encode(), body)
    return Observation(
        parse_address(f"192.0.2.{last}"), 7547, parse_moment("2026-11-20T00:00:00Z"), answer
    )


@pytest.fixture
def lake(make_lake: Make, tmp_path: Path) -> Path:
    """Ten gSOAP/2.7, four RomPager/4.07 and one that shows the sign of the D1000."""
    sign = answering(99, "HTTP/1.1 404 Not Found\r\n\r\n", b"<a href='/home_wan.htm'>")
    make_lake(
        [
            *(answering(number, HEADS["gsoap"]) for number in range(10)),
            *(answering(number, HEADS["rompager"]) for number in range(10, 14)),
            sign,
        ]
    )
    return tmp_path / "lake"


@pytest.mark.parametrize(
    ("query", "field", "value", "wanted"),
    [
        ("*", "cve", "CVE-2017-9765", Expected(8.5, 0)),
        ("*", "cve", "CVE-2014-9222", Expected(3.0, 0)),
        ("*", "cve", "CVE-2016-10372", Expected(0.9, 0.9)),
        ("*", "finding", "CVE-2014-8361", Expected(3.0, 0)),
        ("ip:192.0.2.0/30", "cve", "CVE-2017-9765", Expected(3.4, 0)),
        ("software:gSOAP", "cve", "CVE-2017-9765", Expected(8.5, 0)),
    ],
)
def test_each_match_counts_by_its_confidence(
    lake: Path, query: str, field: str, value: str, wanted: Expected
) -> None:
    opened = open_lake(lake)
    looked = scope(parse(query).node, opened.snapshots)
    with opened.reading([info.id for info in looked.infos]) as con:
        found = expected(con, looked, by_field(FIELDS[field]), Unit.SERVICES)
    assert found is not None
    assert found[value] == pytest.approx(wanted)


@pytest.mark.parametrize("field", ["cve", "finding"])
def test_what_is_expected_lies_from_certain_to_matches(lake: Path, field: str) -> None:
    opened = open_lake(lake)
    looked = scope(parse("*").node, opened.snapshots)
    grouping = by_field(FIELDS[field])
    with opened.reading([info.id for info in looked.infos]) as con:
        found = expected(con, looked, grouping, Unit.SERVICES)
        report = top(con, looked, grouping, 100)
    assert found is not None
    matches = {one.value: one.count for one in report.buckets}
    assert matches.keys() == found.keys()
    for value, one in found.items():
        assert 0 <= one.certain <= one.services <= matches[value]


def test_other_fields_and_hosts_have_no_expectation(lake: Path) -> None:
    opened = open_lake(lake)
    looked = scope(parse("*").node, opened.snapshots)
    with opened.reading([info.id for info in looked.infos]) as con:
        assert expected(con, looked, by_field(FIELDS["server"]), Unit.SERVICES) is None
        assert expected(con, looked, by_field(FIELDS["cve"]), Unit.HOSTS) is None
        assert expected(con, looked, PRODUCTS, Unit.SERVICES) is None
