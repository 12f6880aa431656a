"""What the raw engine leaves behind: nothing, however it ends."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.real.laboratory import TARGETS, Laboratory
from tests.real.scans import GATEWATCH, Scan, running, said_in, searched

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]


def command(*words: str) -> list[str]:
    files = ("--scope", "scope.txt", "--lake", "lake")
    return [*GATEWATCH, "scan", "run", "--lab", "--engine", "raw", *files, *words]


@pytest.fixture
def slow_scan(lab: Laboratory, tmp_path: Path) -> Iterator[Scan]:
    """A scan that has begun and takes a while."""
    (tmp_path / "scope.txt").write_text(f"{TARGETS}\n")
    # The processes of the scan before may take a moment to see that they are alone.
    _until(lambda: "gatewatch" not in tables(lab))
    with running(lab, tmp_path, {"lake": command("--rate", "8", "--out", "scan")}) as scans:
        _until(lambda: "gatewatch" in tables(lab))
        yield scans["lake"]


def tables(lab: Laboratory) -> str:
    """The firewall of the scanner's side."""
    return lab.run(["nft", "list", "ruleset"])


def test_its_firewall_table_is_there_while_it_scans_and_says_whose_it_is(
    lab: Laboratory, slow_scan: Scan
) -> None:
    table = tables(lab)
    assert "flags owner" in table
    assert re.search(r"ip daddr 198\.19\.255\.1 tcp dport \d+-\d+ drop", table)
    assert re.search(r"ip saddr 198\.19\.255\.1 tcp sport \d+-\d+ notrack", table)


def test_killed_it_leaves_no_rule_and_resumed_it_finds_all(
    lab: Laboratory, slow_scan: Scan, tmp_path: Path
) -> None:
    os.killpg(slow_scan.process.pid, signal.SIGKILL)
    slow_scan.process.wait()
    _until(lambda: "gatewatch" not in tables(lab))
    again = [*GATEWATCH, "scan", "resume", "scan", "--lake", "lake"]
    with running(lab, tmp_path, {"lake": again}) as scans:
        assert said_in(searched(scans["lake"].file())) == lab.truth
    assert "gatewatch" not in tables(lab)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
