"""A program that finds open ports, played by a shell script, and who is asked because of it."""

import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.scan.conftest import gate_of

from gatewatch.model.address import parse_address, parse_network
from gatewatch.model.errors import SystemRefusal
from gatewatch.model.observation import Outcome
from gatewatch.scan.discovery import DiscoveryEngine, Program, _blocks
from gatewatch.scan.gate import Gate
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan
from gatewatch.scan.ranges import Targets

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan, Peer


def answer(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


def program(script: str) -> Program:
    def command(_plan: Plan, allowed: Path) -> list[str]:
        return [sys.executable, "-c", script, str(allowed)]

    def address(words: Sequence[str]) -> str:
        return words[0]

    return Program("finder", command, address)


def engine_of(script: str, plan: Plan, gate: Gate, folder: Path) -> DiscoveryEngine:
    return DiscoveryEngine(program(script), Job(plan, gate, lambda: False, gate.book.tick, folder))


def follow(engine: DiscoveryEngine, gate: Gate) -> list[str]:
    asked = []
    for result in engine.results():
        asked.append(str(result.probe.address))
        gate.enter(result)
    return asked


def test_only_whom_it_finds_is_asked_and_the_rest_is_silent(
    peer: "Peer", lab_plan: "MakePlan", tmp_path: Path
) -> None:
    """It may say anything; only addresses of the plan count, and each once."""
    plan = lab_plan("127.0.0.0/28", port=peer(answer))
    gate = gate_of(plan)
    lines = r"127.0.0.1\njunk\n\n127.0.0.1\n8.8.8.8\n\xff\n127.0.0.2"
    asked = follow(engine_of(f"print('''{lines}''')", plan, gate, tmp_path), gate)
    assert sorted(asked) == ["127.0.0.1", "127.0.0.2"]
    assert gate.book.complete
    assert gate.book.services[Outcome.SUCCESS] == 1
    assert gate.book.silent[Outcome.CONNECTION_REFUSED] == 1
    assert gate.book.silent[Outcome.CONNECTION_TIMEOUT] == 14


def test_it_gets_those_that_are_left_and_no_others(lab_plan: "MakePlan", tmp_path: Path) -> None:
    plan = lab_plan("127.0.0.0/28", port=1)
    mine = tmp_path / "mine.txt"
    mine.write_text("127.0.0.8/29\n")
    gate = gate_of(plan, mine)
    turn = plan.part().turn(parse_address("127.0.0.0"))
    assert turn is not None
    gate.book.skip(turn, "done")
    script = f"import sys; open({str(tmp_path / 'seen')!r}, 'w').write(open(sys.argv[1]).read())"
    assert follow(engine_of(script, plan, gate, tmp_path), gate) == []
    assert (tmp_path / "seen").read_text().split() == [
        "127.0.0.1/32",
        "127.0.0.2/31",
        "127.0.0.4/30",
    ]
    assert gate.book.silent[Outcome.BLOCKLISTED_TARGET] == 8
    assert gate.book.complete


def test_its_failure_is_told_in_its_own_words(lab_plan: "MakePlan", tmp_path: Path) -> None:
    plan = lab_plan("127.0.0.0/28", port=1)
    gate = gate_of(plan)
    script = "import sys; print('no such device: x0', file=sys.stderr); sys.exit(3)"
    with pytest.raises(SystemRefusal, match="no such device: x0"):
        follow(engine_of(script, plan, gate, tmp_path), gate)


def test_it_ends_with_the_scan(lab_plan: "MakePlan", tmp_path: Path) -> None:
    plan = lab_plan("127.0.0.0/28", port=1)
    gate = gate_of(plan)
    engine = engine_of("print('127.0.0.1', flush=True); import time; time.sleep(600)", plan, gate,
                       tmp_path)  # fmt: skip
    results = engine.results()
    next(results)
    child = engine._child
    assert child is not None
    results.close()
    assert child.poll() is not None


def test_ranges_become_blocks() -> None:
    targets = Targets.of(map(parse_network, ["0.0.0.0-0.0.0.2", "10.0.0.1-10.0.0.9"]))
    assert _blocks(targets) == [
        "0.0.0.0/31", "0.0.0.2/32", "10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/30", "10.0.0.8/31",
    ]  # fmt: skip
