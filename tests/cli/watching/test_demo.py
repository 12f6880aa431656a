"""`gatewatch watch demo` tells its story to the end, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest

from gatewatch.cli.main import run
from gatewatch.cli.watching import _company

Capture = pytest.CaptureFixture[str]
WAIT_S = 120


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A smaller company, and a place for temporary folders of its own."""
    monkeypatch.setattr(_company, "PEOPLE", 300)
    monkeypatch.setattr(_company, "DAYS", 21)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_the_demo_finds_tells_and_sees_what_is_mended(small: Path, capsys: Capture) -> None:
    kept = small / "kept"
    assert run(["watch", "demo", "--keep", str(kept)]) == 0
    said = capsys.readouterr()
    assert "40 vulnerable-router" in said.err
    assert "12 round-the-vpn" in said.err
    assert "40 letters" in said.err
    assert said.out.count(",mended") == 30
    assert said.out.count(",still open") == 10
    next_steps = said.out.partition("What to type next:")[2]
    assert f"gatewatch serve --watch {kept}/demo-watch" in next_steps
    assert "gatewatch watch run " in next_steps
    place = ["--watch", str(kept / "demo-watch"), "--format", "ndjson"]
    assert run(["watch", "cases", "--all", *place]) == 0
    states = [json.loads(line)["state"] for line in capsys.readouterr().out.splitlines()]
    assert (states.count("mended"), states.count("told"), states.count("new")) == (30, 10, 12)
    assert len(states) == 52


def test_nothing_is_left_and_nothing_of_the_user_is_written_to(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = small / "own"
    monkeypatch.setenv("GATEWATCH_WATCH", str(own))
    monkeypatch.setattr(_company, "DAYS", 2)
    monkeypatch.setattr(_company, "EXPOSED", 0)
    run(["watch", "demo"])
    assert list(small.iterdir()) == []


def test_a_taken_place_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    assert run(["watch", "demo", "--keep", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_interrupting_leaves_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gatewatch", "watch", "demo"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    deadline = monotonic() + WAIT_S
    while not list(tmp_path.glob("*/okta.jsonl")) and monotonic() < deadline:
        sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    assert said.rstrip().endswith(b"interrupted")
    assert list(tmp_path.iterdir()) == []


def test_the_company_is_as_large_as_is_told() -> None:
    company = _company.Company(datetime(2026, 11, 24, 12, tzinfo=UTC), ["127.77.0.1"] * 40)
    homes = {company.home(person) for person in range(_company.PEOPLE)}
    assert (_company.PEOPLE, _company.DAYS) == (5000, 90)
    assert len(homes) == 5000 - 40 + 1
