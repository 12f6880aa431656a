"""The laboratory leaves nothing behind, however the process that built it ends."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real import namespaces
from tests.real.laboratory import Laboratory
from tests.real.services import CLOSED, FORBIDDEN, SILENT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_ROOT = Path(__file__).parents[2]
_BUILD = """
import sys, pathlib
from tests.real.laboratory import built
with built(pathlib.Path(sys.argv[1])):
    print("built", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def builder(lab: Laboratory, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has built a laboratory of its own and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BUILD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "built\n"
        yield process
        process.kill()


def _namespaces_of(pid: int) -> set[str]:
    return {path.name for path in Path("/run/netns").glob(f"gatewatch-{pid}-*")}


def test_ctrl_c_takes_everything_down(builder: subprocess.Popen[str]) -> None:
    builder.send_signal(signal.SIGINT)
    assert builder.wait(10) != 0
    assert _namespaces_of(builder.pid) == set()


def test_what_a_killed_process_left_is_removed_by_the_next(
    builder: subprocess.Popen[str],
) -> None:
    target = f"gatewatch-{builder.pid}-target"
    builder.kill()
    builder.wait(10)
    assert _namespaces_of(builder.pid)
    deadline = time.monotonic() + 5
    while namespaces.ip("netns", "pids", target):
        assert time.monotonic() < deadline, "a program outlives the process that started it"
        time.sleep(0.01)
    namespaces.remove_stale()
    assert _namespaces_of(builder.pid) == set()


def test_addresses_without_a_service_refuse_or_stay_silent(lab: Laboratory) -> None:
    with pytest.raises(ConnectionRefusedError):
        lab.ask(CLOSED, b"")
    with pytest.raises(TimeoutError):
        lab.ask(SILENT, b"", limit_s=0.2)
    with pytest.raises(OSError, match=os.strerror(errno.EHOSTUNREACH)):
        # A notice that comes while connect still runs counts only from the second SYN on.
        lab.ask(FORBIDDEN, b"", limit_s=5.0)
