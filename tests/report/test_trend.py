"""Trends count each snapshot by itself, and every count has its query."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.query.made_up import MadeUp

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.query.search import count_hosts, count_services
from gatewatch.report.counting import Unit
from gatewatch.report.groupings import Grouping, by_field
from gatewatch.report.looking_back import looking_back
from gatewatch.report.trend import Series, Trend, trend

FIELDS_TRIED = ("server", "country", "as.name", "asn", "scan_time", "oddities")


def trend_of(known: MadeUp, query: str, grouping: Grouping | None, unit: Unit) -> Trend:
    every = known.lake.snapshots
    chosen = looking_back(scope(parse(query).node, every), every)
    return trend(known.reading(chosen.ids), chosen, grouping, 4, unit)


def count(known: MadeUp, query: str, unit: Unit) -> int:
    chosen = scope(parse(query).node, known.lake.snapshots)
    counted = {Unit.SERVICES: count_services, Unit.HOSTS: count_hosts}[unit]
    return counted(known.reading(chosen.ids), chosen.node)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("query", ["", "country:IT", "ip:192.0.2.0/25"])
@pytest.mark.parametrize("name", FIELDS_TRIED)
def test_each_point_counts_what_its_query_finds(
    known: MadeUp, query: str, name: str, unit: Unit
) -> None:
    found = trend_of(known, query, by_field(FIELDS[name]), unit)
    for line in (found.total, *found.series):
        for counted, behind in zip(line.counts, line.queries, strict=True):
            assert count(known, behind, unit) == counted, behind


def test_the_commonest_of_all_snapshots_come_first_and_missing_last(known: MadeUp) -> None:
    found = trend_of(known, "", by_field(FIELDS["server"]), Unit.SERVICES)
    naive = Counter(one.values["server"] for one in known.services)
    missing = naive.pop(None)
    *named, lacking = found.series
    assert [sum(line.counts) for line in named] == [n for _, n in naive.most_common(4)]
    assert (lacking.value, sum(lacking.counts)) == (None, missing)


def test_without_a_field_there_is_the_total_alone(known: MadeUp) -> None:
    found = trend_of(known, "", None, Unit.SERVICES)
    assert found.series == ()
    assert found.total.counts == tuple(info.services for info in known.lake.snapshots)
    assert found.comparable == ((0, 1),)
    assert replace(found, breaks=("", "ports 80 to 7547")).comparable == ()


def test_first_and_last_seen_are_where_it_was_counted() -> None:
    line = Series("x", (0, 2, 0, 1, 0), ("",) * 5)
    assert (line.first, line.last) == (1, 3)
    never = Series("x", (0, 0), ("",) * 2)
    assert (never.first, never.last) == (None, None)


def test_one_snapshot_has_no_trend(known: MadeUp) -> None:
    with pytest.raises(BadArguments, match="a trend needs two snapshots, and 2026-11-2"):
        trend_of(known, "snapshot:latest", None, Unit.SERVICES)
