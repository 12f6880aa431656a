"""Ports that are ours alone."""

import socket
from contextlib import closing

import pytest

from gatewatch.model.errors import MachineUnfit
from gatewatch.scan.raw.cookie import Ports
from gatewatch.scan.raw.standpoint import Claim, free_runs, source_for

KERNELS = Ports(32_768, 60_999)


def test_runs_lie_outside_the_kernels_choice_and_what_is_in_use() -> None:
    runs = list(free_runs(KERNELS, {65_535, 61_100}))
    ports = [port for run in runs for port in range(run.first, run.last + 1)]
    assert ports
    assert not {65_535, 61_100} & set(ports)
    assert not any(KERNELS.first <= port <= KERNELS.last or port < 1024 for port in ports)
    assert len(ports) == len(set(ports))


def test_a_kernel_that_takes_all_leaves_none() -> None:
    assert list(free_runs(Ports(1024, 65_535), set())) == []


def test_two_at_once_have_different_ports() -> None:
    with closing(Claim()) as one, closing(Claim()) as two:
        first, second = (set(range(each.ports.first, each.ports.last + 1)) for each in (one, two))
        assert first.isdisjoint(second)


def test_ports_are_free_again_afterwards() -> None:
    with closing(Claim()) as before:
        ports = before.ports
    with closing(Claim()) as after:
        assert after.ports == ports


def test_a_port_that_somebody_listens_on_is_left_alone() -> None:
    with closing(Claim()) as claim:
        ports = claim.ports
    with socket.create_server(("127.0.0.1", ports.first)), closing(Claim()) as claim:
        assert not claim.ports.first <= ports.first <= claim.ports.last


def test_without_any_free_run_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewatch.scan.raw.standpoint._kernels_choice", lambda: Ports(1, 65_535))
    with pytest.raises(MachineUnfit, match="ip_local_port_range: leaves no 256 source ports"):
        Claim()


def test_the_source_is_the_one_the_kernel_would_take() -> None:
    assert source_for("127.0.0.9", 7547) == "127.0.0.1"


def test_no_way_is_a_clear_line() -> None:
    with pytest.raises(MachineUnfit, match="no way leads to 255"):
        source_for("255.255.255.255", 7547)
