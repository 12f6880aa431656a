"""./check says what failed, counts it, and runs everything even when something fails."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
PINS = re.compile(r"^([\w.-]+==[^ \\]+(?: ;[^\\]*)?)", re.MULTILINE)


@pytest.fixture
def check() -> ModuleType:
    spec = spec_from_file_location("check", REQUIREMENTS / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("closing", "counts"),
    [
        ("512 passed in 10.01s", (512, 0)),
        ("1 failed, 2 passed, 3 errors in 1.0s (0:00:01)", (2, 4)),
        ("2 passed, 1 skipped in 0.1s", (2, 1)),
        ("2 passed, 1 xfailed, 1 xpassed, 1 error in 0.1s", (2, 3)),
        ("2 passed, 7 deselected, 3 warnings in 0.1s", (2, 0)),
        ("no tests ran in 0.01s", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_whatever_did_not_pass_counts_as_failed(
    closing: str, counts: tuple[int, int], check: ModuleType
) -> None:
    assert check.counted(f"....\n{closing}\n") == counts


@pytest.fixture
def debian(check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], list[str]]:
    """Runs the step of the Debian packages on a made-up machine; gives what it said and did."""

    def report(name: str, command: list[str], args: None) -> tuple[int, int]:
        said.append(command[-1])
        return 1, 0

    said: list[str] = []

    def debian(known: str, user: int) -> list[str]:
        done = subprocess.CompletedProcess("", 0, stdout=known)
        monkeypatch.setattr(check.shutil, "which", lambda name: name)
        monkeypatch.setattr(check.subprocess, "run", lambda *_, **__: done)
        monkeypatch.setattr(check.os, "geteuid", lambda: user)
        monkeypatch.setattr(check, "say", said.append)
        monkeypatch.setattr(check, "report", report)
        counts = list(check.debian(None))
        return [*said, str(tuple(counts[0]))]

    return debian


def installed(*missing: str) -> str:
    lines = (REQUIREMENTS / "debian.txt").read_text().splitlines()
    names = [line for line in lines if line and line[0] != "#" and line not in missing]
    return "".join(f"ii  {name}\n" for name in names) + "un  nmap-common\n"


def test_nothing_is_installed_when_nothing_is_missing(
    debian: Callable[[str, int], list[str]],
) -> None:
    assert debian(installed(), 0) == ["(1, 0)"]


def test_root_installs_what_is_missing_and_nothing_else(
    debian: Callable[[str, int], list[str]],
) -> None:
    assert debian(installed("nmap", "zsh") + "rc  zsh\n", 0) == [
        "apt-get update && apt-get install -y --no-install-recommends nmap zsh",
        "(1, 0)",
    ]


def test_others_are_told_what_root_should_install(
    debian: Callable[[str, int], list[str]],
) -> None:
    assert debian(installed("nmap"), 1000) == [
        "packages   failed\n  as root: apt-get install nmap",
        "(0, 1)",
    ]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with the real ./check of ours."""
    (tmp_path / "requirements").mkdir()
    for name in ("check.py", "debian.txt"):
        (tmp_path / "requirements" / name).write_text((REQUIREMENTS / name).read_text())
    (tmp_path / "pyproject.toml").write_text(
        "[tool.ruff]\nline-length = 100\n[tool.mypy]\nstrict = true\n"
        '[tool.importlinter]\nroot_package = "gatewatch"\n'
        '[[tool.importlinter.contracts]]\nname = "down"\ntype = "layers"\n'
        'layers = ["gatewatch.cli", "gatewatch.model"]\n'
        '[tool.pytest.ini_options]\naddopts = "-q"\nmarkers = ["slow: slow"]\n'
    )
    for name, text in {
        "src/gatewatch/__init__.py": "",
        "src/gatewatch/cli.py": 'from gatewatch import model\n\n__all__ = ["model"]\n',
        "src/gatewatch/model.py": "",
        "tests/test_it.py": "def test_it() -> None:\n    assert True\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def checked(project: Path, *argv: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-P", project / "requirements/check.py", "--fast", *argv],
        env=os.environ | {"PYTEST_XDIST_AUTO_NUM_WORKERS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.mark.slow
def test_a_clean_project_has_one_closing_line_of_counts(project: Path) -> None:
    code, lines = checked(project)
    assert code == 0, lines
    assert lines[-1] == "5 passed, 0 failed"
    # On a slow machine the tests also say how far they are.
    said = [line.split() for line in lines[:-1] if not line.endswith(" %")]
    assert said == [[name, "ok"] for name in ("format", "lint", "types", "imports", "tests")]


@pytest.mark.slow
def test_every_step_runs_and_shows_why_it_failed(project: Path) -> None:
    (project / "src/gatewatch/model.py").write_text(
        'import os\nimport gatewatch.cli\na: int  =  ""\n'
    )
    (project / "tests/test_it.py").write_text(
        "import pytest\n\n\ndef test_good() -> None:\n    pass\n\n\n"
        "def test_bad() -> None:\n    assert not 7547\n\n\n"
        "@pytest.mark.skip\ndef test_never_run() -> None:\n    pass\n"
    )
    code, lines = checked(project, "--seed", "7")
    assert code == 1
    assert lines[-1] == "1 passed, 6 failed"
    for step in ("format", "lint", "types", "imports", "tests"):
        assert f"{step:<10} failed" in lines
    text = "\n".join(lines)
    for told in ("reformatted", "F401", "Incompatible types", "not allowed to import",
                 "assert not 7547", "1 skipped", "./check --seed 7 runs"):  # fmt: skip
        assert told in text


@pytest.mark.slow
def test_fix_formats_and_mends(project: Path) -> None:
    (project / "src/gatewatch/model.py").write_text("import os\na  =  1\n")
    code, lines = checked(project, "--fix")
    assert (code, lines[-1]) == (0, "2 passed, 0 failed")
    assert (project / "src/gatewatch/model.py").read_text() == "a = 1\n"


def test_the_developers_packages_include_those_of_users_in_the_same_versions() -> None:
    locks = ((REQUIREMENTS / name).read_text() for name in ("run.txt", "dev.txt"))
    # A developer's package may want one more widely than a user's does, so conditions may differ.
    run, dev = ({pin.partition(" ;")[0] for pin in PINS.findall(lock)} for lock in locks)
    assert run
    assert run <= dev


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_lock_files_have_hashes_and_no_address(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert block.startswith("#") or "--hash=sha256:" in block


def test_the_continuous_integration_runs_the_same_check() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[-1] == "exec ./check"


@pytest.mark.parametrize("name", ["gatewatch", "check", "requirements/set-up", ".ci/run"])
def test_scripts_can_be_started(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
