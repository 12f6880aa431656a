"""Two snapshots are told apart as a naive comparison of all their services would."""

from collections import Counter

import pytest
from tests.query.made_up import MadeUp, Service, holds
from tests.report.test_top import values_of

from gatewatch.model.fields import FIELDS
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse
from gatewatch.report import diff
from gatewatch.report.diff import Change, Fate, changes, flows, summary
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field

QUERIES = ("", "country:IT", "server:gsoap", "ip:2001:db8::/32 or port:80", "status:299")
EACH_QUERY = pytest.mark.parametrize("query", QUERIES)
Pairs = dict[tuple[str, int], tuple[Service | None, Service | None]]


@pytest.fixture(params=[1, 7, 400_000], autouse=True)
def _part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the addresses are cut into parts, the answer is the same."""
    monkeypatch.setattr(diff, "_PART", request.param)


def pairs(known: MadeUp, node: Node) -> Pairs:
    """Each service that satisfies the query in either snapshot, in both."""
    first, second = (info.id for info in known.lake.snapshots)
    by_place: dict[tuple[str, int], dict[str, Service]] = {}
    for one in known.services:
        place = (str(one.ip), one.values["port"])
        by_place.setdefault(place, {})[one.values["snapshot"]] = one
    return {
        place: (seen.get(first), seen.get(second))
        for place, seen in by_place.items()
        if any(holds(node, one) for one in seen.values())
    }


def fate_of(was: Service | None, is_now: Service | None) -> Fate | None:
    if was is None:
        return Fate.NEW
    if is_now is None:
        return Fate.GONE
    same = was.values["response"] == is_now.values["response"]
    return None if same else Fate.CHANGED


def of(known: MadeUp, query: str) -> tuple[list[Change], Pairs, Node]:
    node = parse(query).node
    first, second = (info.id for info in known.lake.snapshots)
    con = known.reading([first, second])
    return list(changes(con, first, second, node)), pairs(known, node), node


@EACH_QUERY
def test_each_service_meets_the_fate_of_a_naive_reading(known: MadeUp, query: str) -> None:
    found, expected, _ = of(known, query)
    assert {(str(one.ip), one.port): one.fate for one in found} == {
        place: fate for place, two in expected.items() if (fate := fate_of(*two))
    }
    assert len(found) == len({(one.ip, one.port) for one in found})


def test_services_come_in_the_order_of_addresses(known: MadeUp) -> None:
    found, _, _ = of(known, "")
    order = [(one.ip.high is not None, one.ip.high or 0, one.ip.low, one.port) for one in found]
    assert order == sorted(order)


@EACH_QUERY
def test_what_changed_is_said_field_by_field(known: MadeUp, query: str) -> None:
    found, expected, _ = of(known, query)
    for one in found:
        was, is_now = expected[str(one.ip), one.port]
        if one.fate is not Fate.CHANGED:
            assert one.fields == {}
            continue
        assert was
        assert is_now
        for name, (before, after) in one.fields.items():
            assert (before, after) == (was.values[name], is_now.values[name])
            assert before != after


@EACH_QUERY
def test_the_summary_is_that_of_the_services(known: MadeUp, query: str) -> None:
    found, expected, node = of(known, query)
    first, second = (info.id for info in known.lake.snapshots)
    summed = summary(known.reading([first, second]), first, second, node)
    assert summed.fates == Counter(one.fate for one in found)
    assert summed.same == len(expected) - len(found)
    assert summed.fields == Counter(name for one in found for name in one.fields)


@EACH_QUERY
@pytest.mark.parametrize(
    "grouping",
    [*(by_field(FIELDS[name]) for name in ("server", "country", "as.name", "oddities")), PRODUCTS],
    ids=lambda one: one.name,
)
def test_values_flow_as_a_naive_reading_says(known: MadeUp, query: str, grouping: Grouping) -> None:
    node = parse(query).node
    first, second = (info.id for info in known.lake.snapshots)
    expected: dict[object, Counter[str]] = {}
    for was, is_now in pairs(known, node).values():
        sides = [
            set(values_of(one, grouping)) if one and holds(node, one) else set()
            for one in (was, is_now)
        ]
        for value in sides[0] | sides[1]:
            flow = expected.setdefault(value, Counter())
            here, there = value in sides[0], value in sides[1]
            flow["before"] += here
            flow["after"] += there
            flow["gone"] += here and is_now is None
            flow["left"] += here and is_now is not None and not there
            flow["new"] += there and was is None
            flow["joined"] += there and was is not None and not here
    found = flows(known.reading([first, second]), first, second, node, grouping)
    by_label: dict[object, Counter[str]] = {}
    for one in found:
        assert one.before - one.gone - one.left + one.joined + one.new == one.after
        by_label.setdefault(one.value, Counter()).update(one._asdict() | {"value": 0})
    assert {value: +counts for value, counts in by_label.items() if +counts} == {
        value: +counts for value, counts in expected.items()
    }
