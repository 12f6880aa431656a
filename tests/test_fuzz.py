"""Whatever reads foreign bytes has a harness in fuzz/, and the harnesses catch what they should.

Each harness is run here for a moment, always with the same inputs; `python -m fuzz.run` is for
longer, with other ones.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from gatewatch.enrich.read import readers as range_readers
from gatewatch.formats.read import readers

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "gatewatch"
HARNESSES = sorted(path.stem for path in (ROOT / "fuzz").glob("*_*.py"))
PROTOCOL = sorted(path.stem for path in (SRC / "protocol").glob("*.py") if path.stem != "__init__")


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT)
    return import_module("fuzz.run")


@pytest.fixture
def run(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[Callable[[bytes], None]], Any]:
    """Runs `one` as a harness would be; what fails is kept in tmp_path."""

    def try_it(one: Callable[[bytes], None]) -> Any:
        monkeypatch.setattr(runner, "load", lambda _: SimpleNamespace(SEEDS=[b"seed"], one=one))
        return runner.try_mutations("made_up", seed=1, seconds=60, most=600)

    monkeypatch.setattr(runner, "FAILURES", tmp_path)
    return try_it


@pytest.mark.parametrize("module", PROTOCOL)
def test_each_module_of_the_protocol_has_a_harness(module: str) -> None:
    assert f"protocol_{module}" in HARNESSES, f"write fuzz/protocol_{module}.py"


@pytest.mark.parametrize("name", readers())
def test_each_import_format_is_tried(name: str, runner: ModuleType) -> None:
    seeds = runner.load("formats_read").SEEDS
    assert any(readers()[name].sniff(seed) for seed in seeds), "add a sample to its test"


@pytest.mark.parametrize("name", range_readers())
def test_each_format_of_network_data_is_tried(name: str, runner: ModuleType) -> None:
    seeds = runner.load("enrich_read").SEEDS
    assert any(range_readers()[name].sniff(seed, seed) for seed in seeds), "add a sample"


@pytest.mark.parametrize("name", HARNESSES)
def test_each_harness_is_named_after_what_it_tries(name: str) -> None:
    room, _, module = name.partition("_")
    assert any((SRC / room).glob(f"{module}*")), f"no {room}/{module} is there"


@pytest.mark.parametrize("name", HARNESSES)
def test_each_harness_begins_with_its_invariant(name: str, runner: ModuleType) -> None:
    stated = runner.invariant(name)
    assert stated.startswith("Invariant: ")
    assert stated.endswith(".")


@pytest.mark.parametrize("name", HARNESSES)
def test_the_invariant_holds_for_good_and_damaged_inputs(name: str, runner: ModuleType) -> None:
    tried = runner.try_mutations(name, seed=1, seconds=2, most=300)
    assert tried.inputs > len(runner.load(name).SEEDS)


def test_a_harness_that_always_holds_is_run_as_often_as_asked(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    assert run(lambda _: None).inputs == 601
    assert list(tmp_path.iterdir()) == []


def test_what_fails_is_kept_with_the_command_that_repeats_it(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    def one(data: bytes) -> None:
        assert data[:2] == b"se"

    with pytest.raises(AssertionError) as caught:
        run(one)
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes()[:2] != b"se"
    (note,) = caught.value.__notes__
    assert note.startswith("python -m fuzz.run made_up --input ")
    assert note.endswith(kept.name)


def test_what_never_ends_is_stopped_and_kept(
    run: Callable[..., Any],
    runner: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(runner, "_HANGS_S", 0.05)

    def one(data: bytes) -> None:
        while b"x" not in data:
            pass

    with pytest.raises(runner.TooSlow):
        run(one)
    assert len(list(tmp_path.iterdir())) == 1


def test_time_that_grows_faster_than_the_input_fails(
    run: Callable[..., Any], runner: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = [0.0]
    monkeypatch.setattr(runner.time, "process_time", lambda: took[-1])
    with pytest.raises(runner.Grows, match="took"):
        run(lambda data: took.append(took[-1] + (len(data) / 1e5) ** 2))


def test_time_that_grows_with_the_input_does_not(
    run: Callable[..., Any], runner: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = [0.0]
    monkeypatch.setattr(runner.time, "process_time", lambda: took[-1])
    run(lambda data: took.append(took[-1] + len(data) / 1e5))


def test_memory_that_grows_fails(
    run: Callable[..., Any], runner: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    peaks = iter([100.0, 100.0, 400.0])
    monkeypatch.setattr(runner, "_peak_mib", lambda: next(peaks))
    with pytest.raises(runner.Grows, match="memory"):
        run(lambda _: None)


def test_the_same_seed_gives_the_same_inputs(runner: ModuleType) -> None:
    def inputs(seed: int) -> Iterator[bytes]:
        mutator = runner.Mutator([b"HTTP/1.1 200 OK\r\n", b'{"a": 1}'], [b"chunked"], seed)
        while True:
            yield mutator.one()
            yield from mutator.lengthened()

    first, again, other = (list(islice(inputs(seed), 90)) for seed in (1, 1, 2))
    assert first == again != other
