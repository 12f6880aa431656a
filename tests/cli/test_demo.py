"""`gatewatch demo`: the main job within a minute, and nothing left behind."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from gatewatch.store.lake import Lake


def environment(folder: Path) -> dict[str, str]:
    """Everything temporary goes to `folder`, so that leftovers show."""
    return os.environ | {"TMPDIR": str(folder)}


@pytest.mark.slow
def test_the_demo_shows_the_main_job_and_cleans_up(tmp_path: Path, program: list[str]) -> None:
    started = time.monotonic()
    done = subprocess.run(
        [*program, "demo"], capture_output=True, text=True, env=environment(tmp_path), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 60
    told = re.search(r"(\d+) simulated devices of (\d+) kinds", done.stderr)
    assert told is not None
    assert int(told[1]) >= 300
    assert int(told[2]) >= 40
    assert "gSOAP/2.7" in done.stdout
    assert "Sunny WebBox" in done.stdout
    assert "What to type next" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_keeps_its_lake_where_it_is_told(tmp_path: Path, program: list[str]) -> None:
    command = [*program, "demo", "--lake", "kept"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [info] = Lake.open(tmp_path / "kept").snapshots
    assert info.services >= 300
    again = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert again.returncode == 2
    assert "kept: exists already" in again.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing(
    tmp_path: Path, program: list[str], number: signal.Signals
) -> None:
    with subprocess.Popen(
        [*program, "demo"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
        cwd=tmp_path,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "simulated devices" in line:
                break
        process.send_signal(number)
        process.stderr.read()
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_demo_is_shown_in_the_browser_until_ctrl_c(tmp_path: Path, program: list[str]) -> None:
    with subprocess.Popen(
        [*program, "demo", "--serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(tmp_path),
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        address = next(line.strip() for line in process.stdout if line.startswith("http://"))
        page = httpx.get(f"{address}search", params={"q": "device.type:solar"}, timeout=60)
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert "Sunny WebBox" in page.text
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []
