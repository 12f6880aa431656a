"""SIGKILL at any moment: nothing committed is lost, nothing half-done is seen.

The importer runs in a process of its own and is killed after a random time, fifty times, on one
lake. After each kill the lake must hold exactly the snapshots that had been acknowledged, plus
possibly the one that was being committed, and every file must match its checksum. Killing by the
clock hits all phases because the times are drawn over the length of a whole import.
"""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from gatewatch.pipeline.understand import open_lake
from gatewatch.store.manifest import load_manifest
from gatewatch.store.upkeep import verify

KILLS = 50
ANSWERS = 4000


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan file that takes an import some tenths of a second beyond start-up."""
    path = tmp_path_factory.mktemp("killed") / "scan.jsonl"
    lines = (
        f'{{"ip":"198.51.{n >> 8 & 255}.{n & 255}","data":{{"http":{{"status":"success",'
        '"protocol":"http","port":7547,"result":{"response":{"status_line":"401 Unauthorized",'
        '"status_code":401,"protocol":"HTTP/1.1","headers":{"server":["gSOAP/2.'
        f'{n % 997}"]}}}}}},"timestamp":"2026-11-20T00:00:00Z"}}}}}}\n'
        for n in range(ANSWERS)
    )
    path.write_text("".join(lines))
    return path


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_import_killed_at_fifty_random_moments_never_damages_the_lake(
    scan: Path, tmp_path: Path, program: list[str]
) -> None:
    lake = tmp_path / "lake"
    command = [*program, "import", "--lake", str(lake), str(scan)]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.perf_counter() - started
    chance = random.Random(7)
    acknowledged = 1
    for _ in range(KILLS):
        code = run_and_kill(command, chance.uniform(0.02, whole * 1.1))
        manifest = load_manifest(lake)
        assert manifest is not None
        held = len(manifest.snapshots)
        assert held in ((acknowledged + 1,) if code == 0 else (acknowledged, acknowledged + 1))
        acknowledged = held
        assert [path for path, problem in verify(lake) if problem] == []
    subprocess.run(command, check=True, capture_output=True)
    opened = open_lake(lake)
    assert len(opened.snapshots) == acknowledged + 1
    names = [info.id for info in opened.snapshots]
    with opened.reading(names) as con:
        counted = con.execute("SELECT snapshot, count(*) FROM services GROUP BY ALL").fetchall()
    assert sorted(counted) == sorted((name, ANSWERS) for name in names)
    assert not list((lake / "tmp").glob("*"))


def run_and_kill(command: list[str], after: float) -> int:
    """Starts `command` and kills it with all its children after `after` seconds."""
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def test_reading_processes_end_when_the_importer_is_killed(
    tmp_path: Path, program: list[str]
) -> None:
    """A worker that outlived its parent would hold memory and cores for ever."""
    scan = tmp_path / "scan.jsonl"
    line = '{"ip":"198.51.100.1","data":{"http":{"status":"io-timeout","protocol":"http",' + (
        '"port":7547,"timestamp":"2026-11-20T00:00:00Z","error":"' + "x" * 900 + '"}}}\n'
    )
    with scan.open("w") as out:
        for _ in range(80_000):
            out.write(line)
    process = subprocess.Popen(
        [*program, "import", "--lake", str(tmp_path / "lake"), str(scan)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    workers = wait_for_children(process.pid)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "reading processes outlive the importer"
        time.sleep(0.05)


def wait_for_children(pid: int) -> list[int]:
    """The children of `pid`, as soon as there are some."""
    deadline = time.monotonic() + 20
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    while not (found := listing.read_text().split()):
        assert time.monotonic() < deadline, "no reading process was started"
        time.sleep(0.005)
    return [int(child) for child in found]
