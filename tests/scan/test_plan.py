from pathlib import Path
from typing import Any

import pytest

from gatewatch.model.errors import BadArguments, PoliteRefusal
from gatewatch.scan.plan import Plan, make_plan, require_confirmation

CONTACT = "mailto:noc@example.net"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "scope.txt").write_text("8.8.8.0/24\n", encoding="ascii")
    (tmp_path / "exclude.txt").write_text("", encoding="ascii")
    return tmp_path


def plan_of(files: Path, scope: str = "", exclude: str = "", **options: Any) -> Plan:
    if scope:
        (files / "scope.txt").write_text(scope, encoding="ascii")
    (files / "exclude.txt").write_text(exclude, encoding="ascii")
    given: dict[str, Any] = {"contact": CONTACT, "seed": 7} | options
    return make_plan(files / "scope.txt", files / "exclude.txt", **given)


def refusal(files: Path, **options: Any) -> str:
    with pytest.raises(PoliteRefusal) as failure:
        plan_of(files, **options)
    return str(failure.value)


def test_exclusions_and_special_space_are_left_out_and_counted(files: Path) -> None:
    plan = plan_of(files, "0.0.0.0/0", "8.8.8.0/24\n9.0.0.0-9.0.0.9\n10.0.0.0/8\n")
    assert plan.asked_for == 2**32
    assert plan.left_out == {"special_purpose": 2**32 - 3_702_257_664, "exclusions": 266}
    assert len(plan.order) == 3_702_257_664 - 266


def test_nothing_left_is_refused(files: Path) -> None:
    message = refusal(files, exclude="8.0.0.0/8")
    assert message.endswith(
        "scope.txt: all 256 addresses are excluded: name others, or ask those who excluded them"
    )


def test_exclusions_are_demanded(files: Path) -> None:
    with pytest.raises(PoliteRefusal, match="no exclusions are given: add --exclude FILE"):
        make_plan(files / "scope.txt", None, contact=CONTACT)


def test_a_contact_is_demanded(files: Path) -> None:
    assert "add --contact https://your.page" in refusal(files, contact=None)


def test_a_lab_needs_neither(files: Path) -> None:
    (files / "scope.txt").write_text("127.0.0.1\n", encoding="ascii")
    plan = make_plan(files / "scope.txt", None, contact=None, lab=True)
    assert plan.agent.endswith("(lab)")
    assert plan.exclusions.hash == ""


def test_exclusions_hold_in_a_lab_too(files: Path) -> None:
    plan = plan_of(files, "127.0.0.0/29", "127.0.0.4/30", lab=True)
    assert len(plan.order) == 4


def test_more_than_50000_a_second_takes_a_flag(files: Path) -> None:
    message = refusal(files, rate=50_001)
    assert message.startswith("--rate: 50,001 probes a second is more than 50,000: go slower")
    assert plan_of(files, rate=50_001, fast=True).rate == 50_001
    assert plan_of(files, rate=50_000).rate == 50_000


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), 2e6])
def test_a_rate_is_a_number_of_probes(rate: float, files: Path) -> None:
    with pytest.raises(BadArguments, match=r"--rate: .* is no rate: give probes a second"):
        plan_of(files, rate=rate, fast=True)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_is_between_1_and_65535(port: int, files: Path) -> None:
    with pytest.raises(BadArguments, match=f"--port: {port} is no port"):
        plan_of(files, port=port)


def test_a_wide_scope_must_be_confirmed(files: Path) -> None:
    plan = plan_of(files, "8.8.0.0-8.9.0.0")
    with pytest.raises(PoliteRefusal, match="names 65,537 addresses, more than 65,536: add --yes"):
        require_confirmation(plan, confirmed=False)
    require_confirmation(plan, confirmed=True)
    require_confirmation(plan_of(files, "8.8.0.0/16"), confirmed=False)


def test_a_small_scope_is_slowed_to_what_a_24_may_see(files: Path) -> None:
    plan = plan_of(files, "8.8.8.0/24", rate=1000)
    assert plan.rate_at(0) == 20
    assert plan.network_gap_s() == pytest.approx(0.05)
    assert plan.seconds() == pytest.approx(256 / 20 + 1.95)


def test_the_rate_sinks_when_few_networks_are_left(files: Path) -> None:
    """One /24 among a hundred single addresses does not get the rest of the rate."""
    singles = "\n".join(f"9.0.{net}.1" for net in range(100))
    plan = plan_of(files, f"8.8.8.0/24\n{singles}\n", rate=1000)
    assert plan.rate_at(0) == 1000
    assert plan.rate_at(101) == 20
    assert plan.network_gap_s() == pytest.approx(0.05)


def test_a_wide_scope_runs_at_its_rate(files: Path) -> None:
    plan = plan_of(files, "8.0.0.0/16", rate=1000)
    assert plan.rate_at(0) == 1000
    assert plan.network_gap_s() == pytest.approx(0.256)
    assert plan.seconds() == pytest.approx(65.536 + 1.95)


def test_single_addresses_see_no_second_probe_in_their_network(files: Path) -> None:
    assert plan_of(files, "8.8.8.8\n9.9.9.9\n").network_gap_s() is None


def test_a_lab_is_bounded_by_its_rate_alone(files: Path) -> None:
    plan = plan_of(files, "127.0.0.0/24", lab=True, rate=2000)
    assert plan.rate_at(0) == 2000


def test_the_same_seed_gives_the_same_plan_and_none_a_new_one(files: Path) -> None:
    first, second = plan_of(files, seed=5), plan_of(files, seed=5)
    assert [first.order.address(at) for at in range(9)] == [
        second.order.address(at) for at in range(9)
    ]
    assert plan_of(files, seed=None).seed != plan_of(files, seed=None).seed


def test_details_tell_what_a_snapshot_must_keep(files: Path) -> None:
    details = plan_of(files, "0.0.0.0/8\n8.8.8.0/24\n".splitlines()[1], "8.8.8.8").details()
    assert len(details.pop("exclusions_sha256")) == 64
    assert details.pop("exclusions").endswith("exclude.txt")
    assert details.pop("user_agent").endswith("(+mailto:noc@example.net)")
    assert details == {
        "port": "7547",
        "scope_addresses": "256",
        "targets": "255",
        "left_out.special_purpose": "0",
        "left_out.exclusions": "1",
        "rate": "1000",
        "network_rate": "20",
        "seed": "0000000000000007",
        "lab": "no",
        "engine": "connect",
        "shard": "1/1",
        "sample": "1",
    }


def test_a_shard_gets_its_share_of_the_rate_and_the_gap_stays(files: Path) -> None:
    plan = plan_of(files, "8.0.0.0/16", rate=1000, shard=(1, 4))
    assert plan.pace(plan.part(), 0) == pytest.approx(250)
    assert plan.network_gap_s() == pytest.approx(0.256)
    assert plan.seconds() == pytest.approx(65.536 + 1.95)


def test_processes_follow_the_rate_but_each_has_a_network(files: Path) -> None:
    assert plan_of(files, "8.0.0.0/16", rate=100).processes == 1
    assert plan_of(files, "8.0.0.0/16", rate=100, processes=3).processes == 3
    assert plan_of(files, "8.0.0.0/24", processes=3).processes == 1


@pytest.mark.parametrize("options", [{"shard": (4, 5)}, {"sample": 0.001}])
def test_a_part_without_any_address_is_refused(files: Path, options: dict[str, Any]) -> None:
    with pytest.raises(BadArguments, match="nothing is left to ask in this shard or sample"):
        plan_of(files, "8.8.8.1-8.8.8.9", **options)


def test_what_a_16_sees_is_told(files: Path) -> None:
    assert plan_of(files, "8.0.0.0/14", rate=1000).wide_rate() == pytest.approx(250, rel=0.01)
    assert plan_of(files, "8.8.8.0/24", rate=1000).wide_rate() == 20


def test_a_provider_that_would_see_too_much_slows_the_scan_only_where_it_does(
    files: Path,
) -> None:
    """Half of the networks are one provider's; its /16 is all that is left in later rounds."""
    singles = "\n".join(f"9.{net}.{other}.1" for net in range(2) for other in range(128))
    plan = plan_of(files, f"8.0.0.0/16\n{singles}\n", rate=1000)
    numbers = [64500 if address.low >> 24 == 8 else 0 for address in plan.looked_at()]
    assert plan.as_rate(numbers) == 1000
    eased = plan.eased(numbers)
    assert eased.as_rate(numbers) == pytest.approx(200)
    assert [eased.rate_at(segment.first) for segment in eased.order.segments] == [400, 200]


def test_the_wire_rate_counts_a_syn_that_is_sent_again(files: Path) -> None:
    assert plan_of(files, "8.0.0.0/16", rate=1000).bits_per_second() == 1000 * 84 * 8 * 2
