"""Reports add up, and each bucket's query finds exactly its services."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.query.made_up import MadeUp, Service, holds
from tests.query.trees import LIKELY

from gatewatch.model.fields import FIELDS, Kind
from gatewatch.model.moment import day_of
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.query.search import count_hosts, count_services
from gatewatch.report.counting import Unit
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field
from gatewatch.report.top import SPELLED_OUT, Bucket, Report, top

EVERY = [*map(by_field, FIELDS.values()), PRODUCTS]
QUERIES = (
    "",
    "country:IT",
    "not server:* or status>=400",
    "ip:192.0.2.0/25",
    "snapshot:*",
    "scan_time:2026-11-21",
    "status:299",
)


def report_of(
    known: MadeUp,
    query: str | Node,
    grouping: Grouping,
    count: int = 25,
    unit: Unit = Unit.SERVICES,
    *,
    rarest: bool = False,
) -> Report:
    node = parse(query).node if isinstance(query, str) else query
    chosen = scope(node, known.lake.snapshots)
    con = known.reading(chosen.ids)
    return top(con, chosen, grouping, count, unit=unit, rarest=rarest)


def count(known: MadeUp, query: str | None, unit: Unit = Unit.SERVICES) -> int:
    assert query is not None
    chosen = scope(parse(query).node, known.lake.snapshots)
    counted = {Unit.SERVICES: count_services, Unit.HOSTS: count_hosts}[unit]
    return counted(known.reading(chosen.ids), chosen.node)


def values_of(service: Service, grouping: Grouping) -> list[str | int | None]:
    """What the service counts under."""
    value = value_of(service, grouping)
    return list(value) if isinstance(value, list) else [value]


def value_of(service: Service, grouping: Grouping) -> Any:
    if grouping is PRODUCTS:
        device = [service.values[name] for name in ("vendor", "model")]
        present = [one for one in device if one is not None]
        software: str | None = service.values["software"]
        return " ".join(present) if present else software
    [entry] = grouping.fields
    if entry.kind is Kind.IP:
        return str(service.ip)
    if entry.kind is Kind.TIME:
        return day_of(service.values.get(entry.name, service.scan_time))
    return service.values[entry.name]


def among(known: MadeUp, node: Node) -> list[Service]:
    """The services that the query finds, read naively."""
    chosen = scope(node, known.lake.snapshots)
    return [
        one
        for one in known.services
        if one.values["snapshot"] in chosen.ids and holds(chosen.node, one)
    ]


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("grouping", EVERY, ids=lambda one: one.name)
def test_each_bucket_counts_what_its_query_finds(
    known: MadeUp, query: str, grouping: Grouping, unit: Unit
) -> None:
    report = report_of(known, query, grouping, 12, unit)
    for bucket in report.rows:
        if bucket is not report.other or not grouping.overlaps:
            assert count(known, bucket.query, unit) == bucket.count, bucket.query
    assert sum(bucket.count for bucket in report.rows) == report.total + report.overlap
    assert report.total == count(known, report.query, unit)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("grouping", EVERY, ids=lambda one: one.name)
def test_the_rarest_are_the_most_frequent_backwards(
    known: MadeUp, grouping: Grouping, unit: Unit
) -> None:
    every = report_of(known, "", grouping, 100_000, unit)
    rare = report_of(known, "", grouping, 100_000, unit, rarest=True)
    assert set(rare.buckets) == set(every.buckets)
    counts = [bucket.count for bucket in rare.buckets]
    assert counts == sorted(counts)
    few = report_of(known, "", grouping, 2, unit, rarest=True)
    assert few.buckets == rare.buckets[:2]


def test_a_rest_of_too_many_values_has_no_query(known: MadeUp) -> None:
    grouping = by_field(FIELDS["ip"])
    within = report_of(known, "", grouping, SPELLED_OUT).other
    beyond = report_of(known, "", grouping, SPELLED_OUT + 1).other
    assert within
    assert within.query
    assert beyond
    assert beyond.query is None


@pytest.mark.parametrize("grouping", EVERY, ids=lambda one: one.name)
def test_counts_are_those_of_the_rows(known: MadeUp, grouping: Grouping) -> None:
    report = report_of(known, "snapshot:*", grouping, 100_000)
    expected = Counter(value for one in known.services for value in values_of(one, grouping))
    assert report.overlap == expected.total() - report.total
    missing = expected.pop(None, 0)
    found: Counter[object] = Counter()
    for bucket in report.buckets:
        found[bucket.value] += bucket.count
    assert found == expected
    assert report.missing is None or report.missing.count == missing
    assert (report.other, report.other_values) == (None, 0)


@given(LIKELY)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_query_can_be_reported_on(known: MadeUp, node: Node) -> None:
    grouping = by_field(FIELDS["server"])
    report = report_of(known, node, grouping, 3)
    services = among(known, node)
    expected = Counter(value_of(one, grouping) for one in services)
    assert report.total == len(services)
    assert (report.missing.count if report.missing else 0) == expected.pop(None, 0)
    assert [one.count for one in report.buckets] == [n for _, n in expected.most_common(3)]
    assert report.other_values == max(len(expected) - 3, 0)
    for bucket in report.buckets:
        assert count(known, bucket.query) == bucket.count


def test_equal_counts_are_in_order_of_their_values(known: MadeUp) -> None:
    buckets = report_of(known, "", by_field(FIELDS["ip"]), 1000).buckets
    for before, after in pairwise(buckets):
        assert before.count >= after.count
    assert report_of(known, "", by_field(FIELDS["ip"]), 1000).buckets == buckets


def test_hosts_are_told_for_a_whole_snapshot_only(known: MadeUp) -> None:
    grouping = by_field(FIELDS["port"])
    latest = known.lake.snapshots[-1]
    assert report_of(known, "", grouping).hosts == latest.hosts
    assert report_of(known, f"snapshot:{latest.id}", grouping).hosts == latest.hosts
    assert report_of(known, "port:80", grouping).hosts is None
    assert report_of(known, "snapshot:*", grouping).hosts is None


def test_a_report_on_nothing_has_no_buckets(known: MadeUp) -> None:
    report = report_of(known, "status:299", by_field(FIELDS["server"]))
    assert (report.total, report.buckets, report.missing, report.other) == (0, (), None, None)


def queries(buckets: Sequence[Bucket]) -> list[str | None]:
    return [bucket.query for bucket in buckets]


def test_bucket_queries_read_as_people_would_write_them(known: MadeUp) -> None:
    report = report_of(known, "port:7547 or port:80", by_field(FIELDS["country"]))
    assert set(queries(report.buckets)) == {
        f"port:{{7547, 80}} country={code}" for code in ("IT", "FR", "DE")
    }
    assert report.missing is not None
    assert report.missing.query == "port:{7547, 80} not country:*"
    day = report_of(known, "", by_field(FIELDS["scan_time"])).buckets[0].query
    assert day
    assert day.startswith(f"snapshot={known.lake.snapshots[-1].id} scan_time:2026-11-2")
    one = report_of(known, "snapshot:*", by_field(FIELDS["snapshot"])).buckets
    assert set(queries(one)) == {f"snapshot={info.id}" for info in known.lake.snapshots}


def test_products_are_devices_and_else_software(known: MadeUp) -> None:
    by_query = {
        str(bucket.query): bucket.value for bucket in report_of(known, "", PRODUCTS, 1000).buckets
    }
    devices = [query for query in by_query if "software" not in query]
    software = [query for query in by_query if "software" in query]
    assert devices
    assert software
    assert all(query.startswith("not vendor:* not model:* software=") for query in software)
