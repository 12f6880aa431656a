"""Scans of a wide network: silence, refusals, a filter, loss, a pulled cable, kill -9."""

import contextlib
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.real import wide
from tests.real.namespaces import NoLaboratory
from tests.real.scans import GATEWATCH
from tests.real.wide import PORT, WideNetwork, answering

from gatewatch.scan.folder import ScanFolder

if TYPE_CHECKING:
    import subprocess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("wide")]

_LIMIT_S = 180.0
_RUN = [*GATEWATCH, "scan", "run", "--lab", "--scope", "scope.txt", "--port", str(PORT)]
_PLACE = ["--out", "scan", "--lake", "lake"]


@pytest.fixture
def network() -> Iterator[WideNetwork]:
    """A machine that cannot hold one fails the tests, in one line: they are never skipped."""
    try:
        with wide.built() as network:
            yield network
    except NoLaboratory as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "scope.txt").write_text("198.18.0.0/20\n")
    return tmp_path


def ended(process: "subprocess.Popen[bytes]", log: Path) -> str:
    assert process.wait(_LIMIT_S) == 0, log.read_text()[-2000:]
    return log.read_text()


def found(place: Path) -> list[str]:
    return [str(seen.ip) for seen in ScanFolder.open(place / "scan").observations()]


def metadata(place: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((place / "scan" / "metadata.json").read_bytes())
    return told


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_truth_is_found_and_a_filtered_network_left_alone(
    network: WideNetwork, place: Path
) -> None:
    ended(network.start([*_RUN, *_PLACE, "--processes", "2"], place, "log"), place / "log")
    expected = answering(4096)
    assert sorted(found(place)) == sorted(expected)
    assert set(network.asked) == expected
    assert set(network.asked.values()) == {1}
    told = metadata(place)
    outcomes, left = told["outcomes"], told["not_asked"]
    assert isinstance(outcomes, dict)
    assert isinstance(left, dict)
    assert outcomes["success"] == len(expected)
    assert outcomes["connection-refused"] == 15 * 64
    assert left["filtered"] > 150
    prohibited = outcomes["host-unreachable"]
    assert prohibited >= 3
    assert outcomes["connection-timeout"] >= 15 * 64
    assert sum(outcomes.values()) + sum(left.values()) == 4096


def test_what_is_lost_on_the_way_is_asked_for_again(network: WideNetwork, place: Path) -> None:
    """One packet in twenty, each way; a SYN is sent twice, so hardly anybody is missed."""
    network.lose(5)
    ended(network.start([*_RUN, *_PLACE], place, "log"), place / "log")
    expected = answering(4096)
    assert set(found(place)) <= expected
    assert len(found(place)) >= 0.97 * len(expected)


def test_a_cable_that_is_pulled_pauses_the_scan(network: WideNetwork, place: Path) -> None:
    process = network.start([*_RUN, *_PLACE, "--rate", "300"], place, "log")
    status = place / "scan" / "status.json"
    until(lambda: network.asked.total() > 300)
    network.cut()
    until(lambda: "is the line down?" in status.read_text())
    network.mend()
    ended(process, place / "log")
    assert sorted(set(found(place))) == sorted(answering(4096))


def test_killed_at_random_moments_it_finds_the_same(network: WideNetwork, place: Path) -> None:
    """With silence in between: nobody whose answer is on disk is asked twice."""
    chance = random.Random(7)
    command = [*_RUN, *_PLACE, "--rate", "150", "--processes", "2"]
    resume = [*GATEWATCH, "scan", "resume", "scan", "--lake", "lake"]
    durable: dict[str, int] = {}
    for _ in range(6):
        before = network.asked.total()
        process = network.start(command, place, "log")
        until(lambda before=before: network.asked.total() > before)  # type: ignore[misc]
        time.sleep(chance.uniform(0.1, 2.5))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert {address: network.asked[address] for address in durable} == durable
        durable |= {ip: network.asked[ip] for ip in found(place) if ip not in durable}
        command = resume
    ended(network.start(resume, place, "log"), place / "log")
    assert sorted(found(place)) == sorted(answering(4096))
    assert {address: network.asked[address] for address in durable} == durable
    repeats = sum(times - 1 for times in network.asked.values())
    assert repeats <= 6 * 150 * (1 + 1.95)
