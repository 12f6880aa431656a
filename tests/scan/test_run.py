"""A whole scan of several processes, and what is left of it after `kill -9`."""

import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

from gatewatch.model.observation import Outcome
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.plan import Plan
from gatewatch.scan.run import Scan
from gatewatch.scan.standing import Standing, standing_on_disk

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan

REPLY = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
RUN = "import sys; from pathlib import Path\nfrom gatewatch.scan.folder import ScanFolder\n" \
    "from gatewatch.scan.run import Scan\n" \
    "if __name__ == '__main__': Scan(ScanFolder(Path(sys.argv[1]))).run()\n"  # fmt: skip


class Town:
    """One listener for all of loopback, that counts who is asked: even hosts answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._over.is_set():
                for key, _ in selector.select(0.05):
                    if key.fileobj is self._listener:
                        connection, _ = self._listener.accept()
                        connection.setblocking(False)
                        selector.register(connection, selectors.EVENT_READ)
                        continue
                    visitor = key.fileobj
                    assert isinstance(visitor, socket.socket)
                    selector.unregister(visitor)
                    with visitor:
                        self._answer(visitor)

    def _answer(self, visitor: socket.socket) -> None:
        try:
            address = visitor.getsockname()[0]
            if visitor.recv(4096):
                visitor.send(REPLY)
                self.asked[address] += 1
        except OSError:
            return


@pytest.fixture
def town() -> Iterator[Town]:
    made = Town()
    yield made
    made.close()


def folder_of(plan: Plan, path: Path) -> ScanFolder:
    return ScanFolder.create(path, plan)


def found(folder: ScanFolder) -> list[str]:
    return sorted(str(seen.ip) for seen in folder.observations())


@pytest.mark.parametrize("processes", [1, 3])
def test_all_processes_together_ask_everybody_once(
    processes: int, town: Town, lab_plan: "MakePlan", tmp_path: Path
) -> None:
    plan = lab_plan("127.92.0.0/22", port=town.port, processes=processes)
    told: list[Standing] = []
    folder = folder_of(plan, tmp_path / "scan")
    standing = Scan(folder, tick=told.append).run()
    assert standing.complete
    assert standing.outcomes == Counter({Outcome.SUCCESS: 1024})
    assert len(found(folder)) == 1024
    assert found(folder) == sorted(town.asked)
    assert set(town.asked.values()) == {1}
    assert all(one.finished <= one.total == 1024 for one in told)
    on_disk = standing_on_disk(folder)
    assert (on_disk.outcomes, on_disk.complete) == (standing.outcomes, True)


def test_a_stopped_scan_goes_on_where_it_was(
    town: Town, lab_plan: "MakePlan", tmp_path: Path
) -> None:
    plan = lab_plan("127.92.0.0/24", port=town.port, rate=300)
    folder = folder_of(plan, tmp_path / "scan")
    stop = Event()

    def tick(now: Standing) -> None:
        if now.finished >= 20:
            stop.set()

    first = Scan(folder, stop=stop, tick=tick).run()
    assert not first.complete
    assert 20 <= first.finished < 256
    second = Scan(folder).run()
    assert second.complete
    assert found(folder) == sorted(town.asked)
    assert len(folder.runs()) == 2


def test_the_file_stop_stops_it(town: Town, lab_plan: "MakePlan", tmp_path: Path) -> None:
    folder = folder_of(lab_plan("127.92.0.0/24", port=town.port, rate=50), tmp_path / "scan")

    def tick(now: Standing) -> None:
        if now.finished:
            folder.stop.touch()

    assert not Scan(folder, tick=tick).run().complete


def test_an_exclusion_made_while_it_runs_holds_within_a_second(
    town: Town, lab_plan: "MakePlan", tmp_path: Path
) -> None:
    folder = folder_of(lab_plan("127.92.0.0/24", port=town.port, rate=100), tmp_path / "scan")
    asked: list[Counter[str]] = []

    def tick(now: Standing) -> None:
        if now.finished and not asked:
            folder.own_exclusions.write_text("127.92.0.0/25  # they asked\n")
            asked.append(town.asked.copy())

    standing = Scan(folder, tick=tick).run()
    assert standing.complete
    left_out = standing.silent[Outcome.BLOCKLISTED_TARGET]
    assert left_out > 20
    assert standing.services[Outcome.SUCCESS] == 256 - left_out
    after = [one for one in town.asked if one not in asked[0] and int(one.split(".")[3]) < 128]
    assert len(after) <= 100  # those of the first second


def test_an_exclusion_that_cannot_be_read_stops_everything(
    town: Town, lab_plan: "MakePlan", tmp_path: Path
) -> None:
    folder = folder_of(lab_plan("127.92.0.0/24", port=town.port), tmp_path / "scan")
    folder.own_exclusions.write_text("127.92.0.300\n")
    stop = Event()
    told: list[Standing] = []

    def tick(now: Standing) -> None:
        told.append(now)
        if now.waiting_for:
            stop.set()

    Scan(folder, stop=stop, tick=tick).run()
    assert not town.asked
    assert "127.92.0.300" in str(told[-1].waiting_for)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_twenty_random_moments_it_ends_as_if_it_had_not_been(
    town: Town, lab_plan: "MakePlan", tmp_path: Path
) -> None:
    """The whole group dies at once. No host that answered durably is asked twice; what is asked
    again lies within a second of probes and those under way, for each kill."""
    chance = random.Random(20261124)
    rate = 150
    plan = lab_plan("127.92.0.0/20", port=town.port, rate=rate, processes=2)
    folder = folder_of(plan, tmp_path / "scan")
    durable: dict[str, int] = {}
    for _ in range(20):
        run_and_kill(folder, town, chance.uniform(0.05, 1.9))
        assert {address: town.asked[address] for address in durable} == durable
        durable |= {ip: town.asked[ip] for ip in found(folder) if ip not in durable}
    before = standing_on_disk(folder)
    assert 0 < before.finished < 4096
    hurry(folder)
    standing = Scan(folder).run()
    assert standing.complete
    assert found(folder) == sorted(town.asked)
    assert len(found(folder)) == 4096
    assert standing.outcomes == Counter({Outcome.SUCCESS: 4096})
    repeats = sum(times - 1 for times in town.asked.values())
    assert repeats <= 20 * 2 * rate


def hurry(folder: ScanFolder) -> None:
    """The rest may go faster: the rate is no part of what the order is."""
    path = folder.path / "plan.json"
    path.write_text(path.read_text().replace('"rate": 150', '"rate": 20000'))


def run_and_kill(folder: ScanFolder, town: Town, after: float) -> None:
    """Runs it in a group of its own and kills that `after` seconds from its first probe on."""
    before = town.asked.total()
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", RUN, str(folder.path)], start_new_session=True,
        stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while town.asked.total() == before and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
