from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.watch.isp import DAY, HOUR, START, Provider, store_scan

from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Observation, Place
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.store.lake import Lake
from gatewatch.watch.assets import parse_asset
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.joining import Joined, join
from gatewatch.watch.pseudonyms import Pseudonyms
from gatewatch.watch.signins import add

NOW = parse_moment("2026-11-24T12:00:00Z")
Make = Callable[..., Joined]


@pytest.fixture
def joined(watch: Path, tmp_path: Path, make_lake: Callable[..., object]) -> Callable[..., Joined]:
    """Joins these sign-ins with these scans."""

    def make(
        signins: Sequence[SignIn], *scans: Sequence[Observation], assets: Sequence[str] = ()
    ) -> Joined:
        add(watch, signins, now=NOW)
        for scan in scans:
            make_lake(scan)
        known = [parse_asset(*one.split()) for one in assets]
        return join(watch, Lake.open(tmp_path / "lake"), known, least=0.0)

    return make


MakeSignIn = Callable[..., SignIn]
Seen = Callable[..., Observation]


def sure(done: Joined) -> float:
    return done.matches[0].confidence if done.matches else 0.0


@pytest.mark.parametrize("at", ["2026-11-19T23:00:00Z", "2026-11-20T01:00:00Z"])
def test_exposure_before_and_after_a_sign_in_counts(
    joined: Make, signin: MakeSignIn, seen: Seen, at: str
) -> None:
    assert sure(joined([signin(at=at)], [seen("192.0.2.7")])) > 0.9


def test_confidence_falls_with_the_gap(joined: Make, signin: MakeSignIn, seen: Seen) -> None:
    users = {"a": "01:00", "b": "06:00", "c": "20:00"}
    some = [
        signin(user, f"192.0.2.{place}", f"2026-11-20T{hour}:00Z")
        for place, (user, hour) in enumerate(users.items())
    ]
    done = joined(some, [seen(f"192.0.2.{place}") for place in range(3)])
    found = [one.confidence for one in sorted(done.matches, key=lambda one: one.pairs[0].address)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 3


def test_the_same_person_before_and_after_the_sighting_counts_more(
    joined: Make, signin: MakeSignIn, seen: Seen
) -> None:
    alone = signin("alone", "192.0.2.8", "2026-11-19T08:00:00Z")
    both = [signin("both", "192.0.2.7", f"2026-11-{day}T08:00:00Z") for day in (19, 20)]
    done = joined([alone, *both], [seen("192.0.2.7"), seen("192.0.2.8")])
    assert done.matches[0].pairs[0].address.low & 255 == 7
    assert done.matches[0].confidence > done.matches[1].confidence + 0.1


def test_the_same_response_on_both_sides_counts_more(
    joined: Make, signin: MakeSignIn, seen: Seen
) -> None:
    some = [signin("both", "192.0.2.7", "2026-11-20T12:00:00Z")]
    once = joined(some, [seen("192.0.2.7", at="2026-11-19T20:00:00Z")])
    twice = joined(some, [seen("192.0.2.7", at="2026-11-21T20:00:00Z")])
    assert max(one.confidence for one in twice.matches[0].pairs) > sure(once) + 0.1


def test_a_sign_in_weeks_away_is_no_match(joined: Make, signin: MakeSignIn, seen: Seen) -> None:
    done = joined([signin(at="2026-10-20T00:00:00Z")], [seen("192.0.2.7")])
    assert done.matches == []


@pytest.mark.parametrize(
    ("ip", "low", "high"),
    [
        ("2001:db8:1:2::9", 0.9, 1.0),
        ("2001:db8:1:3::9", 0.7, 0.85),
        ("2001:db8:1:42::9", 0.5, 0.65),
        ("2001:db8:1:4242::9", 0.2, 0.35),
    ],
)
def test_ipv6_matches_by_prefix_with_falling_confidence(
    joined: Make, signin: MakeSignIn, seen: Seen, ip: str, low: float, high: float
) -> None:
    done = joined([signin(ip=ip, at="2026-11-20T00:30:00Z")], [seen("2001:db8:1:2::1")])
    assert low < sure(done) < high


def test_another_prefix_is_another_customer(joined: Make, signin: MakeSignIn, seen: Seen) -> None:
    assert joined([signin(ip="2001:db8:2::9")], [seen("2001:db8:1:2::1")]).matches == []


@pytest.mark.parametrize(
    ("ip", "asset", "why"),
    [
        ("192.0.2.7", "egress 192.0.2.0/24", "from our own egress"),
        ("192.0.2.7", "own 192.0.2.7", "from our own networks"),
        ("192.0.2.7", "mobile AS64500", "from a mobile carrier"),
        ("192.0.2.7", "hosting AS64500", "from a data centre"),
        ("192.0.2.7", "vpn AS64500", "from a VPN provider"),
        ("100.64.0.9", "own 192.0.2.8", "from carrier NAT (100.64.0.0/10)"),
        ("2001:db8::7", "egress 2001:db8::/32", "from our own egress"),
    ],
)
def test_what_hides_homes_is_left_out_and_said(
    joined: Make, signin: MakeSignIn, seen: Seen, ip: str, asset: str, why: str
) -> None:
    where = [seen(ip, place=Place("ZZ", 64500, "Example"))]
    done = joined([signin(ip=ip, at="2026-11-20T00:30:00Z")], where, assets=[asset])
    assert (done.matches, dict(done.excluded)) == ([], {why: 1})


def test_what_the_log_calls_a_proxy_is_left_out(
    joined: Make, signin: MakeSignIn, seen: Seen
) -> None:
    done = joined([signin(proxied=True)], [seen("192.0.2.7")])
    assert (done.matches, done.excluded.total()) == ([], 1)


@pytest.mark.parametrize(("people", "most"), [(4, 1.0), (5, 0.3), (21, 0.0)])
def test_an_address_of_many_people_is_no_home(
    joined: Make, signin: MakeSignIn, seen: Seen, people: int, most: float
) -> None:
    some = [signin(f"u{number}", at="2026-11-20T00:10:00Z") for number in range(people)]
    assert sure(joined(some, [seen("192.0.2.7")])) <= most


def test_a_failed_attempt_places_nobody(joined: Make, signin: MakeSignIn, seen: Seen) -> None:
    done = joined([signin(outcome=Outcome.FAILURE)], [seen("192.0.2.7")])
    assert (done.matches, done.signins) == ([], 0)


@pytest.mark.slow
@pytest.mark.parametrize("every", [7, 3])
def test_a_provider_that_renumbers_daily_fools_it_seldom(
    tmp_path: Path, watch: Path, every: int
) -> None:
    provider = Provider(20261124, homes=400, people=100, exposed=0.15, kinds=4)
    for day in range(1, 28, every):
        store_scan(tmp_path / "lake", provider.scan(START + day * DAY + 9 * HOUR))
    add(watch, provider.signins(28), now=START + 28 * DAY)
    done = join(watch, Lake.open(tmp_path / "lake"), least=0.7)
    hashed = Pseudonyms(WatchFolder(watch).key("pseudonyms"))
    truth = {hashed.who(person) for person in provider.exposed_people()}
    found = {one.who for one in done.matches}
    precision, recall = len(found & truth) / len(found), len(found & truth) / len(truth)
    print(f"every {every} days: precision {precision:.2f}, recall {recall:.2f}, of {len(truth)}")
    assert precision >= 0.85
    assert recall >= 0.95
