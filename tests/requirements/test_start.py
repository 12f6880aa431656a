"""./gatewatch on a machine that has never seen it: real Python, a lock file without packages."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What the copy runs instead of gatewatch: it tells where it is and what could be imported.
PROGRAM = "import json, sys; print(sys.argv[1:]); print(json.__file__); sys.exit(7)"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def first_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A home that has been set up, and what its first start said."""
    home = new_home(tmp_path_factory.mktemp("ready"))
    return home, started(home / "gatewatch", "search", "a b", "*")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that has not been set up."""
    return new_home(tmp_path)


@pytest.fixture
def ready_home(first_start: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> Path:
    """A copy of a home that has been set up, which also proves that it may be moved."""
    home, _ = first_start
    return shutil.copytree(home, tmp_path / "moved here" / "gate watch", symlinks=True)


def new_home(folder: Path) -> Path:
    """A copy of the project's start, in a folder with a space in its name."""
    home = folder / "my projects" / "gate watch"
    (home / "src" / "gatewatch").mkdir(parents=True)
    (home / "src" / "gatewatch" / "__main__.py").write_text(PROGRAM)
    (home / "requirements").mkdir()
    for name in ("gatewatch", "requirements/set-up", "requirements/set_up.py"):
        shutil.copy(ROOT / name, home / name)
    for name in ("run.txt", "dev.txt"):
        (home / "requirements" / name).write_text("# no package\n")
    return home


def started(
    command: Path, *argv: str, cwd: Path | None = None, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command, *argv],
        cwd=cwd or command.parent,
        env={**os.environ, "PATH": path or os.environ["PATH"], "PYTHONPATH": "/nowhere"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_first_start_sets_up_and_the_second_only_starts(
    first_start: tuple[Path, subprocess.CompletedProcess[str]], ready_home: Path
) -> None:
    _, first = first_start
    assert first.returncode == 7
    assert first.stdout.splitlines()[0] == "['search', 'a b', '*']"
    assert "gatewatch: setting up" in first.stderr
    assert first.stderr.endswith("gatewatch: set-up is done\n")
    (ready_home / "requirements" / "set-up").unlink()
    second = started(ready_home / "gatewatch", "search", "a b", "*")
    assert (second.returncode, second.stdout, second.stderr) == (7, first.stdout, "")


def test_it_starts_from_anywhere_and_through_links_and_imports_nothing_from_there(
    ready_home: Path, tmp_path: Path
) -> None:
    home = ready_home
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("json.py", "gatewatch.py", "sitecustomize.py"):
        (elsewhere / name).write_text("raise SystemExit('imported from the current folder')")
    (elsewhere / "far").symlink_to(home / "gatewatch")
    (elsewhere / "farther").symlink_to("far")
    (home.parent / "beside").symlink_to("gate watch/gatewatch")
    for command in (home / "gatewatch", elsewhere / "farther", home.parent / "beside"):
        done = started(command, cwd=elsewhere)
        assert (done.returncode, done.stderr) == (7, "")
        assert str(elsewhere) not in done.stdout


def test_a_changed_lock_file_sets_up_anew(ready_home: Path) -> None:
    (ready_home / "requirements" / "run.txt").write_text("# changed\n")
    assert "setting up" in started(ready_home / "gatewatch").stderr
    assert started(ready_home / "gatewatch").stderr == ""


def test_the_developers_packages_are_added_to_what_is_there(ready_home: Path) -> None:
    done = started(ready_home / "requirements" / "set-up", "dev")
    assert (done.returncode, done.stderr) == (0, "gatewatch: set-up is done\n")
    assert (ready_home / ".venv" / "dev.txt").exists()


def stopped_by(number: int, home: Path) -> tuple[int, str]:
    """Starts, and sends the signal to all its processes, as a terminal does, amid the set-up."""
    with subprocess.Popen(
        [home / "gatewatch"], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as first:
        assert first.stderr is not None
        assert "setting up" in first.stderr.readline()
        os.killpg(first.pid, number)
        told = first.stderr.read()
    return first.returncode, told


def test_an_interrupted_set_up_starts_again(home: Path) -> None:
    code, told = stopped_by(signal.SIGINT, home)
    assert code in (130, -signal.SIGINT)
    assert told == "gatewatch: interrupted; the next start begins again\n"
    stopped_by(signal.SIGKILL, home)
    again = started(home / "gatewatch")
    assert again.returncode == 7
    assert again.stderr.endswith("gatewatch: set-up is done\n")


def test_two_at_once_set_up_once(home: Path) -> None:
    starts = [
        subprocess.Popen(
            [home / "gatewatch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    outputs = [start.communicate(timeout=120) for start in starts]
    assert [start.returncode for start in starts] == [7, 7]
    told = "".join(err for _, err in outputs)
    assert told.count("setting up /") == 1
    assert told.count("set-up is done") == 1


def test_a_package_that_cannot_be_had_says_what_pip_said(ready_home: Path) -> None:
    (ready_home / "requirements" / "dev.txt").write_text(
        f"no-such-package-anywhere==1.0 --hash=sha256:{'0' * 64}\n"
    )
    done = started(ready_home / "requirements" / "set-up", "dev")
    assert done.returncode == 3
    assert "no-such-package-anywhere" in done.stderr
    assert done.stderr.endswith("gatewatch: pip failed, see above: mend that, then start again\n")
    assert not (ready_home / ".venv" / "dev.txt").exists()


@pytest.fixture
def path_with(tmp_path: Path) -> Callable[[str], str]:
    """A PATH with the tools of a bare system and a `python3` that behaves as the text says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "cmp", "dirname", "readlink"):
        (folder / tool).symlink_to(shutil.which(tool) or "")

    def make(python: str) -> str:
        if python:
            (folder / "python3").write_text(f"#!/bin/sh\n{python}\n")
            (folder / "python3").chmod(0o755)
        return str(folder)

    return make


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("", "no Python 3.11 or later is on the PATH: install one, on Debian as root: apt install "
            "python3 python3-venv"),
        ("exit 1", "no Python 3.11 or later is on the PATH: install one, on Debian as root: apt "
            "install python3 python3-venv"),
        ('case "$*" in *ensurepip*) exit 1 ;; esac', "python3: cannot make a virtual environment: "
            "as root, apt install python3-venv (Debian, Ubuntu), then start again"),
    ],
    ids=["none", "too old", "without venv"],
)  # fmt: skip
def test_a_python_that_is_missing_or_unfit_is_one_line(
    python: str, message: str, home: Path, path_with: Callable[[str], str]
) -> None:
    done = started(home / "gatewatch", path=path_with(python))
    assert (done.returncode, done.stdout, done.stderr) == (3, "", f"gatewatch: {message}\n")


def test_a_shim_that_runs_nothing_is_passed_over(
    home: Path, path_with: Callable[[str], str]
) -> None:
    path = path_with("exit 127")
    (Path(path) / "python3.11").symlink_to(sys.executable)
    (home / "requirements" / "set_up.py").write_text("import sys; print(sys.argv[1:])")
    assert started(home / "requirements" / "set-up", "run", path=path).stdout == "['run']\n"


def quickest(command: Sequence[str | Path]) -> float:
    def once() -> float:
        begun = time.perf_counter()
        subprocess.run(command, capture_output=True)
        return time.perf_counter() - begun

    return min(once() for _ in range(5))


def test_the_second_start_costs_next_to_nothing(ready_home: Path) -> None:
    home = ready_home
    python: list[str | Path] = [home / ".venv/bin/python", "-P", home / "src/gatewatch/__main__.py"]
    assert quickest([home / "gatewatch"]) < 3 * quickest(python) + 0.05
