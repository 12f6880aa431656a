"""The estimator gives textbook figures, and hosts enter and leave it as a naive reading says."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.nodes import EVERYTHING
from gatewatch.query.parser import parse
from gatewatch.query.scope import Scope
from gatewatch.query.search import services
from gatewatch.report.survival import Fate, kaplan_meier, survival
from gatewatch.store.lake import Lake

DAYS = ("2026-06-01", "2026-06-11", "2026-06-12", "2026-07-01", "2026-07-31")


def test_the_curve_of_freireich_is_as_printed() -> None:
    """Weeks in remission under 6-MP (Freireich et al., 1963)."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    fates = [*(Fate(week, True, 1) for week in ended), *(Fate(week, False, 1) for week in censored)]
    steps = kaplan_meier(fates)
    assert [(step.days, step.at_risk, step.ended, round(step.share, 3)) for step in steps] == [
        (6, 21, 3, 0.857), (7, 17, 1, 0.807), (10, 15, 1, 0.753), (13, 12, 1, 0.690),
        (16, 11, 1, 0.627), (22, 7, 1, 0.538), (23, 6, 1, 0.448),
    ]  # fmt: skip
    # As R's survival package prints them with conf.type = "log-log".
    assert (steps[0].low, steps[0].high) == pytest.approx((0.6197, 0.9516), abs=5e-4)
    assert (steps[-1].low, steps[-1].high) == pytest.approx((0.1881, 0.6801), abs=5e-4)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(1, 4)), max_size=30))
def test_the_curve_is_that_of_a_naive_count(drawn: list[tuple[int, bool, int]]) -> None:
    fates = [Fate(float(days), ended, hosts) for days, ended, hosts in drawn]
    each = [(days, ended) for days, ended, hosts in drawn for _ in range(hosts)]
    share = 1.0
    steps = iter(kaplan_meier(fates))
    for day in range(10):
        at_risk = sum(days >= day for days, _ in each)
        events = sum(days == day and ended for days, ended in each)
        if events:
            share *= 1 - events / at_risk
            step = next(steps)
            assert (step.days, step.at_risk, step.ended) == (day, at_risk, events)
            assert step.share == pytest.approx(share)
            assert step.low - 1e-9 <= step.share <= step.high + 1e-9
    assert next(steps, None) is None


@pytest.fixture
def lake(
    seen: Callable[..., Observation],
    make_lake: Callable[[Sequence[Observation]], SnapshotInfo],
    tmp_path: Path,
) -> Lake:
    """Hosts that come, go, are mended, change hands; some answer on two ports."""
    chance = Random(11)
    places = [f"192.0.2.{n}" for n in range(60)] + [f"2001:db8::{n:x}" for n in range(60)]
    kinds = {place: chance.choice(["huawei", "gsoap", "rompager", "connected"]) for place in places}
    for day in DAYS:
        observed = []
        for place in places:
            if chance.random() < 0.1:
                kinds[place] = chance.choice(["huawei", "gsoap"])
            if chance.random() < 0.85:
                observed.append(seen(place, kinds[place], at=f"{day}T00:00:00Z"))
            if chance.random() < 0.1:
                other = chance.choice(["huawei", "gsoap"])
                observed.append(seen(place, other, port=80, at=f"{day}T00:00:00Z"))
        make_lake(observed)
    return Lake.open(tmp_path / "lake")


QUERIES = ("port:7547", "not port:80", "status:401", "vendor:Huawei", "")


@pytest.mark.parametrize("query", QUERIES)
def test_hosts_enter_and_leave_as_a_naive_reading_says(lake: Lake, query: str) -> None:
    node = parse(query).node
    ids = [info.id for info in lake.snapshots]
    with lake.reading(ids) as con:
        found = survival(con, Scope(lake.snapshots, node, node))
        fields = [FIELDS[name] for name in ("ip", "snapshot", "port", "vendor", "model")]
        every = list(services(con, EVERYTHING, fields))
        matching: set[tuple[object, object]] = {
            (row[0], row[1]) for row in services(con, node, fields)
        }
    fates = list(naive(every, matching, ids))
    stable = Counter(fate for fate, is_stable in fates if is_stable)
    assert found.hosts == stable.total()
    assert found.unstable == len(fates) - stable.total()
    days = [info.last_seen / 86_400e6 for info in lake.snapshots]
    expected = [Fate(days[b] - days[a], ended, n) for (a, b, ended), n in stable.items()]
    steps = kaplan_meier(expected)
    assert [step[:3] for step in found.steps] == [step[:3] for step in steps]


def naive(
    every: Sequence[Sequence[object]], matching: set[tuple[object, object]], ids: list[str]
) -> Iterator[tuple[tuple[int, int, bool], bool]]:
    """For each host that ever satisfies the query: from, to, whether it ended; whether stable."""
    devices, days = defaultdict(set), defaultdict(set)
    for ip, snapshot, _, vendor, model in every:
        devices[ip].add(" ".join(str(one) for one in (vendor, model) if one is not None))
        days[ip].add(ids.index(str(snapshot)))
    for ip, seen_on in days.items():
        yes = sorted(day for day in seen_on if (ip, ids[day]) in matching)
        if not yes:
            continue
        ends = [day for day in sorted(seen_on - set(yes)) if day > yes[0]]
        stop = ends[0] if ends else None
        last = max(day for day in yes if stop is None or day < stop)
        stable = len(devices[ip]) == 1 and devices[ip] != {""}
        yield (yes[0], last if stop is None else stop, stop is not None), stable


def test_one_snapshot_tells_nothing(lake: Lake) -> None:
    latest = lake.snapshots[-1]
    with lake.reading([latest.id]) as con, pytest.raises(BadArguments, match="needs two snapshots"):
        survival(con, Scope((latest,), EVERYTHING, EVERYTHING))


def test_the_median_is_where_half_have_ended(lake: Lake) -> None:
    with lake.reading([info.id for info in lake.snapshots]) as con:
        node = parse("vendor:Huawei").node
        found = survival(con, Scope(lake.snapshots, node, node))
    assert found.median is None
    assert found.ended == 0
