import argparse
import io
import re
from pathlib import Path

import pytest

from gatewatch.cli.parser import Parser
from gatewatch.cli.progress import Progress, say
from gatewatch.cli.settings import ACCESSIBLE, QUIET, add_option


class Screen(io.StringIO):
    """Text that says whether it is a terminal, and a clock that is moved by hand."""

    def __init__(self, *, terminal: bool = False) -> None:
        super().__init__()
        self.terminal = terminal
        self.now = 1000.0

    def isatty(self) -> bool:
        return self.terminal

    def clock(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("GATEWATCH_QUIET", "GATEWATCH_ACCESSIBLE"):
        monkeypatch.delenv(name, raising=False)


def asked(*argv: str) -> argparse.Namespace:
    parser = Parser()
    add_option(parser, QUIET)
    add_option(parser, ACCESSIBLE)
    return parser.parse_args(argv)


def work(screen: Screen, *argv: str, seconds: int, total: int | None = None) -> None:
    """A hundred units a second, shown ten times a second."""
    with Progress(
        "import x\x1b", "answers", asked(*argv), total=total, out=screen, clock=screen.clock
    ) as progress:
        for step in range(seconds * 10):
            screen.now = 1000 + step / 10
            progress.show(step * 10)


def test_short_work_shows_nothing() -> None:
    screen = Screen(terminal=True)
    work(screen, seconds=2)
    assert screen.getvalue() == ""


def test_a_terminal_has_one_line_that_is_redrawn_and_cleared() -> None:
    screen = Screen(terminal=True)
    work(screen, seconds=4, total=800)
    drawn = screen.getvalue().split("\r\x1b[K")
    assert "\n" not in screen.getvalue()
    assert 8 <= len(drawn) <= 13
    form = r"import x\\x1b  3\d0 answers  100/s  4\d %  0:04 left"
    assert re.fullmatch(form, drawn[-2])
    assert drawn[-1] == ""


def test_elsewhere_a_line_comes_every_ten_seconds() -> None:
    screen = Screen()
    work(screen, seconds=35)
    lines = screen.getvalue().splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "1,000 answers",
        "2,000 answers",
        "3,000 answers",
    ]
    assert "\x1b" not in screen.getvalue()


def test_accessible_never_redraws() -> None:
    screen = Screen(terminal=True)
    work(screen, "--accessible", seconds=15)
    assert screen.getvalue() == "import x\\x1b  1,000 answers  100/s\n"


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(terminal=True)
    work(screen, "--quiet", seconds=30)
    say("note", asked("-q"))
    assert screen.getvalue() == ""
    assert capsys.readouterr() == ("", "")


def test_the_time_left_comes_from_the_part_that_is_done() -> None:
    screen = Screen()
    with Progress("verify", "bytes", asked(), out=screen, clock=screen.clock) as progress:
        screen.now += 3600
        progress.show(10**9, part=0.25)
    assert screen.getvalue() == "verify  1,000,000,000 bytes  277,778/s  25 %  3:00:00 left\n"


def test_the_line_is_never_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    screen = Screen(terminal=True)
    work(screen, seconds=3, total=1000)
    assert all(len(line) < 20 for line in screen.getvalue().split("\r\x1b[K"))


def test_a_note_stands_above_the_line() -> None:
    screen = Screen(terminal=True)
    with Progress("import", "answers", asked(), out=screen, clock=screen.clock) as progress:
        screen.now += 3
        progress.show(1)
        progress.say("a note\x1b")
    assert screen.getvalue().endswith("\r\x1b[Ka note\\x1b\n")


def test_a_note_goes_to_stderr_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b[31m", asked())
    assert capsys.readouterr() == ("", "a\\x1b[31m\n")
