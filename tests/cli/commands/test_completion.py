"""Completion is proven in the shells themselves: each sources the script and is asked."""

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.cli.commands import command_words
from gatewatch.cli.main import run
from gatewatch.formats.write import writers
from gatewatch.model.fields import FIELDS

Complete = Callable[[str], list[str]]

# What bash hands to a completion function: the words, split at = and :, and which is the current.
BASH = """
source {script}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_gatewatch
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
# zsh's own completion needs a terminal; its builtins are replaced by ones that print.
ZSH = """
compdef() {{ : }}
_describe() {{ print -rl -- "${{(@P)2}}" }}
_files() {{ print -r -- "files $*" }}
compset() {{ : }}
words=({words}); CURRENT=${{#words}}
source {script}
_gatewatch
"""


def answer(command: list[str], cwd: Path) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=True)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.fixture
def script_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Path]:
    def script(shell: str) -> Path:
        assert run(["completion", shell]) == 0
        path = tmp_path / f"completion.{shell}"
        path.write_text(capsys.readouterr().out)
        return path

    return script


@pytest.fixture
def bash(script_for: Callable[[str], Path], tmp_path: Path) -> Complete:
    script = script_for("bash")

    def complete(line: str) -> list[str]:
        words = " ".join(map(shlex.quote, line.split(" ")))
        return answer(["bash", "-c", BASH.format(script=script, words=words)], tmp_path)

    return complete


@pytest.fixture
def fish(script_for: Callable[[str], Path], tmp_path: Path) -> Complete:
    script = script_for("fish")

    def complete(line: str) -> list[str]:
        ask = f"source {script}; complete -C {shlex.quote(line)}"
        found = answer(["fish", "--no-config", "-c", ask], tmp_path)
        return [line.split("\t")[0] for line in found]

    return complete


@pytest.fixture
def zsh(script_for: Callable[[str], Path], tmp_path: Path) -> Complete:
    script = script_for("zsh")

    def complete(line: str) -> list[str]:
        words = " ".join(map(shlex.quote, line.split(" ")))
        found = answer(["zsh", "-f", "-c", ZSH.format(script=script, words=words)], tmp_path)
        return [line.replace("\\:", "\0").split(":")[0].replace("\0", ":") for line in found]

    return complete


def test_bash_completes_commands(bash: Complete) -> None:
    assert set(command_words()) <= set(bash("gatewatch "))
    assert bash("gatewatch comple") == ["completion"]


def test_bash_completes_sub_commands(bash: Complete) -> None:
    assert bash("gatewatch snapshot ver") == ["verify"]


def test_bash_completes_options(bash: Complete) -> None:
    assert bash("gatewatch formats --for") == ["--format"]
    assert "--lake" in bash("gatewatch snapshot list --")


@pytest.mark.parametrize("line", ["gatewatch formats --format ", "gatewatch formats --format ="])
def test_bash_completes_formats(line: str, bash: Complete) -> None:
    assert bash(line) == list(writers())


def test_bash_completes_fields(bash: Complete) -> None:
    assert set(bash("gatewatch report --by ")) == set(FIELDS)


def test_bash_completes_the_last_of_several_fields(bash: Complete) -> None:
    assert bash("gatewatch search --fields ip,coun") == ["ip,country"]


def test_bash_completes_the_fields_of_a_query(bash: Complete) -> None:
    assert bash("gatewatch search countr") == ["country:"]


def test_bash_completes_the_values_of_a_field(bash: Complete) -> None:
    assert bash("gatewatch search country : I") == ["ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR",
                                                    "IS", "IT"]  # fmt: skip
    assert "acs" in bash("gatewatch count role :")
    assert bash("gatewatch count server :") == []


def test_bash_completes_files_with_spaces(bash: Complete, tmp_path: Path) -> None:
    (tmp_path / "my scan.json").touch()
    assert bash("gatewatch import my") == ["my scan.json"]


def test_an_option_in_between_does_not_lose_the_place(bash: Complete) -> None:
    assert bash("gatewatch --errors json snapshot --lake x lis") == ["list"]


@pytest.mark.slow
def test_fish_completes(fish: Complete) -> None:
    assert set(command_words()) <= set(fish("gatewatch "))
    assert fish("gatewatch snapshot ver") == ["verify"]
    assert fish("gatewatch formats --format ") == list(writers())
    assert fish("gatewatch search role:a") == ["role:acs"]
    assert fish("gatewatch completion ") == ["bash", "fish", "zsh"]


@pytest.mark.slow
def test_zsh_completes(zsh: Complete) -> None:
    assert set(command_words()) <= set(zsh("gatewatch "))
    assert "verify" in zsh("gatewatch snapshot ver")
    assert zsh("gatewatch formats --format ") == list(writers())
    assert "role:acs" in zsh("gatewatch search role:a")
    assert zsh("gatewatch import x") == ["files "]
    assert zsh("gatewatch import --lake x") == ["files -/"]
