"""The laws of every engine's module."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.scan.conftest import gate_of

from gatewatch.model.address import parse_address
from gatewatch.model.errors import BadArguments, MissingPrivilege, SystemRefusal
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke
from gatewatch.scan.engines import engine_names, load_engine
from gatewatch.scan.engines.replay import ANSWERS
from gatewatch.scan.job import Job
from gatewatch.scan.spool import Kind, frame

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan

DRIVERS = ("masscan", "zmap")


@pytest.mark.parametrize("name", engine_names())
def test_an_engine_is_called_like_its_file_and_says_what_it_is(name: str) -> None:
    engine = load_engine(name)
    assert name == engine.NAME
    assert engine.SENTENCE.endswith(".")


def test_connect_needs_nothing(lab_plan: "MakePlan") -> None:
    load_engine("connect").check(lab_plan("127.0.0.1", "::1", sample=0.99, shard=(0, 1)))


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_refuses_what_its_program_cannot(name: str, lab_plan: "MakePlan") -> None:
    for options in ({"shard": (0, 2)}, {"sample": 0.5}, {"processes": 2}):
        with pytest.raises(BadArguments, match="asks whole IPv4 scopes"):
            load_engine(name).check(lab_plan("127.0.0.0/16", **options))
    with pytest.raises(BadArguments, match="leave out"):
        load_engine(name).check(lab_plan("::1"))


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_needs_its_program_and_root(
    name: str, lab_plan: "MakePlan", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SystemRefusal, match=f"{name} is not installed"):
        load_engine(name).check(lab_plan("127.0.0.1"))
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/true")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingPrivilege, match="need root: run it as root, or take --engine"):
        load_engine(name).check(lab_plan("127.0.0.1"))


def test_replay_gives_what_the_file_says_and_silence_for_others(
    lab_plan: "MakePlan", tmp_path: Path
) -> None:
    said = Answer(Spoke.HTTP, Outcome.SUCCESS, b"HTTP/1.0 200 OK\r\n\r\n")
    seen = Observation(parse_address("127.0.0.2"), 7547, 5, said)
    (tmp_path / ANSWERS).write_bytes(frame(0, Kind.ONLY, seen))
    plan = lab_plan("127.0.0.0/29", port=7547)
    gate = gate_of(plan)
    engine = load_engine("replay").start(Job(plan, gate, lambda: False, gate.book.tick, tmp_path))
    for result in engine.results():
        gate.enter(result)
    assert gate.book.complete
    assert gate.book.silent[Outcome.CONNECTION_TIMEOUT] == 7
    assert gate.book.spoke[Spoke.HTTP] == 1


def test_replay_is_one_process(lab_plan: "MakePlan") -> None:
    with pytest.raises(BadArguments, match="is one process"):
        load_engine("replay").check(lab_plan("127.0.0.0/16", processes=2))
