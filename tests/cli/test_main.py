import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.cli import main
from gatewatch.cli.commands import command_words, load_command
from gatewatch.cli.main import build_parser, run
from gatewatch.cli.parser import as_typed
from gatewatch.model.errors import Exit, LakeMissing

Act = Callable[[argparse.Namespace], int]


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("GATEWATCH_ERRORS", raising=False)


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], None]:
    """Makes `gatewatch formats` do something else."""

    def act(do: Act) -> None:
        monkeypatch.setattr(load_command("formats"), "run", do)

    return act


def fails_with(error: BaseException) -> Act:
    def act(args: argparse.Namespace) -> int:
        raise error

    return act


def test_a_command_decides_the_exit_code(acting: Callable[[Act], None]) -> None:
    acting(lambda _: Exit.PARTIAL)
    assert run(["formats"]) == 4


def test_an_error_is_one_line_on_stderr(
    acting: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    acting(fails_with(LakeMissing(where="a\x1b[31mb")))
    assert run(["formats"]) == Exit.DATA
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        'gatewatch: a\\x1b[31mb: no snapshot is here: "gatewatch import FILE" or "gatewatch demo" '
        "makes one\n"
    )


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_an_error_can_be_json(
    way: str,
    acting: Callable[[Act], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acting(fails_with(LakeMissing(where="here")))
    argv = ["formats"]
    if way == "flag":
        argv.append("--errors=json")
    else:
        monkeypatch.setenv("GATEWATCH_ERRORS", "json")
    assert run(argv) == Exit.DATA
    error = json.loads(capsys.readouterr().err)
    assert error == {"error": "lake-missing", "message": error["message"], "exit": 3}
    assert error["message"].startswith("here: no snapshot is here: ")


def test_arguments_that_do_not_parse_can_be_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["formats", "--errors", "json", "--frobnicate"]) == Exit.BAD_INPUT
    assert json.loads(capsys.readouterr().err)["error"] == "bad-arguments"


def test_a_broken_settings_file_does_not_hide_the_error(
    capsys: pytest.CaptureFixture[str], acting: Callable[[Act], None]
) -> None:
    Path("gatewatch.toml").write_text("no toml")
    acting(fails_with(LakeMissing(where="here")))
    assert run(["formats"]) == Exit.DATA
    assert "here: no snapshot" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["frmats"], 'gatewatch: there is no command "frmats": did you mean "formats"? '
            '"gatewatch --help" lists all'),
        (["x\x1b[2J"], 'gatewatch: there is no command "x\\x1b[2J": "gatewatch --help" lists all'),
        (["formats", "--quite"], 'gatewatch formats: does not take "--quite": did you mean '
            '"--quiet"? "gatewatch formats --help" shows what it takes'),
        (["formats", "more"], 'gatewatch formats: does not take "more": "gatewatch formats --help" '
            "shows what it takes"),
        (["formats", "--color", "red"], 'gatewatch formats: argument --color: "red": give one of '
            'auto, always, never: "gatewatch formats --help" shows what it takes'),
    ],
)  # fmt: skip
def test_a_mistake_on_the_command_line_says_what_was_meant(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv) == Exit.BAD_INPUT
    assert capsys.readouterr().err == f"{message}\n"


def test_options_are_never_abbreviated(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["formats", "--qui"]) == Exit.BAD_INPUT
    assert 'does not take "--qui"' in capsys.readouterr().err


def test_no_word_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == Exit.BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: gatewatch" in err


def test_what_the_system_refuses_is_one_line(
    acting: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    acting(fails_with(OSError(28, "No space left on device", "/somewhere")))
    assert run(["formats"]) == Exit.DATA
    assert capsys.readouterr().err == (
        'gatewatch: /somewhere: the system says "No space left on device": see that it exists, may '
        "be used and has space\n"
    )


def test_our_bug_shows_a_harmless_traceback_and_is_never_nothing_found(
    acting: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    acting(fails_with(ValueError("device said \x1b[31m")))
    assert run(["formats"]) == Exit.BUG
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "device said \\x1b[31m" in err
    assert "\x1b" not in err


def test_interruption_is_130(
    acting: Callable[[Act], None], capsys: pytest.CaptureFixture[str]
) -> None:
    acting(fails_with(KeyboardInterrupt()))
    assert run(["formats"]) == Exit.INTERRUPTED
    assert capsys.readouterr().err == "gatewatch: interrupted\n"


def test_a_known_word_imports_only_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(word: str) -> object:
        loaded.append(word)
        return load_command(word)

    monkeypatch.setattr(main, "load_command", load)
    build_parser(["formats"])
    assert loaded == ["formats"]


@pytest.mark.parametrize("word", command_words())
def test_each_command_has_help_with_examples_that_parse(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command(word)
    assert command.HELP.endswith(".")
    assert command.EXAMPLES
    with pytest.raises(SystemExit) as caught:
        run([word, "--help"])
    assert caught.value.code == 0
    assert command.EXAMPLES[0] in capsys.readouterr().out


def test_a_line_to_type_calls_the_program_as_this_run_was_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    args = argparse.Namespace(lake="my lake")
    monkeypatch.setenv("GATEWATCH_PROGRAM", "./gatewatch")
    line = as_typed(args, "search", "server:gSOAP country:IT")
    assert line == "./gatewatch search 'server:gSOAP country:IT' --lake 'my lake'"
    monkeypatch.setenv("GATEWATCH_PROGRAM", "rm -rf ~; gatewatch")
    assert as_typed(argparse.Namespace(), "report") == "gatewatch report"
