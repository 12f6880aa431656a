from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.model.errors import LakeMissing
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Observation
from gatewatch.model.signin import Kind, SignIn
from gatewatch.watch.assets import Assets, parse_asset
from gatewatch.watch.cases import Cases
from gatewatch.watch.running import Ran, run
from gatewatch.watch.signins import add

NOW = parse_moment("2026-11-24T12:00:00Z")
MakeSignIn = Callable[..., SignIn]
Seen = Callable[..., Observation]
MakeLake = Callable[..., object]


@pytest.fixture
def ran(watch: Path, tmp_path: Path) -> Callable[[], Ran]:
    """Runs once on what is there."""
    return lambda: run(watch, tmp_path / "lake", NOW)


def rules_of(watch: Path) -> list[str]:
    with Cases.open(watch) as cases:
        return sorted(one.rule for one in cases.all())


def test_vulnerable_and_exposed_are_told_apart(
    watch: Path, ran: Callable[[], Ran], signin: MakeSignIn, seen: Seen, make_lake: MakeLake
) -> None:
    make_lake([seen("192.0.2.7", "rompager"), seen("192.0.2.8", "huawei")])
    at = "2026-11-20T00:10:00Z"
    add(watch, [signin("a", "192.0.2.7", at), signin("b", "192.0.2.8", at)], now=NOW)
    assert len(ran().recorded.opened) == 2
    assert rules_of(watch) == ["exposed-router", "vulnerable-router"]


def test_a_second_run_changes_nothing(
    watch: Path, ran: Callable[[], Ran], signin: MakeSignIn, seen: Seen, make_lake: MakeLake
) -> None:
    make_lake([seen("192.0.2.7")])
    add(watch, [signin(at="2026-11-20T00:10:00Z")], now=NOW)
    ran()
    again = ran().recorded
    assert (again.opened, again.reopened, again.updated) == ([], [], 0)


def test_exposure_in_our_own_networks_is_a_case_of_nobody(
    watch: Path, ran: Callable[[], Ran], seen: Seen, make_lake: MakeLake
) -> None:
    make_lake([seen("192.0.2.7"), seen("198.51.100.7"), seen("2001:db8::1")])
    with Assets.open(watch) as assets:
        assets.add([parse_asset("own", "192.0.2.0/24"), parse_asset("own", "2001:db8::/32")])
    assert len(ran().recorded.opened) == 2
    make_lake([seen("192.0.2.7", at="2026-11-21T00:00:00Z"), seen("192.0.2.9")])
    assert len(ran().recorded.opened) == 1


@pytest.mark.parametrize(
    ("ip", "kind", "tunnel_at", "found"),
    [
        ("192.0.2.7", Kind.SIGN_IN, None, True),
        ("198.51.100.7", Kind.SIGN_IN, None, False),
        ("192.0.2.7", Kind.VPN, None, False),
        ("192.0.2.7", Kind.REFRESH, None, False),
        ("192.0.2.7", Kind.SIGN_IN, "2026-11-20T08:05:00Z", False),
        ("192.0.2.7", Kind.SIGN_IN, "2026-11-20T09:05:00Z", True),
    ],
)
def test_who_goes_round_the_vpn_is_found(
    watch: Path,
    ran: Callable[[], Ran],
    signin: MakeSignIn,
    seen: Seen,
    make_lake: MakeLake,
    ip: str,
    kind: Kind,
    tunnel_at: str | None,
    found: bool,
) -> None:
    make_lake([seen("203.0.113.7")])
    some = [signin("a", ip, kind=kind)]
    if tunnel_at:
        some.append(signin("a", "192.0.2.7", tunnel_at, kind=Kind.VPN))
    add(watch, some, now=NOW)
    with Assets.open(watch) as assets:
        assets.add([parse_asset("egress", "198.51.100.0/24")])
    ran()
    assert rules_of(watch) == (["round-the-vpn"] if found else [])


def test_without_egress_it_is_said_that_nobody_is_found(
    watch: Path, ran: Callable[[], Ran], seen: Seen, make_lake: MakeLake
) -> None:
    make_lake([seen("203.0.113.7")])
    notes = ran().notes
    assert any("--kind egress" in note for note in notes)
    assert any("no sign-ins are kept" in note for note in notes)


def test_no_snapshot_is_one_line(ran: Callable[[], Ran]) -> None:
    with pytest.raises(LakeMissing):
        ran()
