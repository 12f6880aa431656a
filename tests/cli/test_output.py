import argparse
import io
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewatch.cli.output import (
    add_format_option,
    colored,
    for_people,
    language_of,
    write_table,
    write_tables,
)
from gatewatch.cli.parser import Parser
from gatewatch.cli.settings import ACCESSIBLE, COLOR, add_option
from gatewatch.model.errors import BadArguments, Exit, FormatUnfit, OutputUnwritable
from gatewatch.model.table import Bars, Table

SRC = Path(__file__).parents[2] / "src"
ROWS = [("192.0.2.1", "é"), ("192.0.2.2", None)]
TABLE = Table(("ip", "server"), ROWS)
NDJSON = '{"ip":"192.0.2.1","server":"é"}\n{"ip":"192.0.2.2","server":null}\n'


class Terminal(io.TextIOWrapper):
    """A standard output that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("COLUMNS", "NO_COLOR", "GATEWATCH_COLOR", "GATEWATCH_ACCESSIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Makes standard output a terminal, in the test itself: pytest gives each phase its own."""
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    return out


def asked(*argv: str) -> argparse.Namespace:
    parser = Parser()
    add_format_option(parser)
    add_option(parser, COLOR)
    add_option(parser, ACCESSIBLE)
    return parser.parse_args(argv)


def test_a_pipe_gets_ndjson(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_table(TABLE, asked()) == Exit.FOUND
    assert capsys.readouterr().out == NDJSON


def test_a_terminal_gets_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    assert write_table(TABLE, asked("--color", "never")) == Exit.FOUND
    assert screen.text() == "ip         server\n192.0.2.1  é\n192.0.2.2\n"


def test_a_format_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    write_table(TABLE, asked("--format", "CSV"))
    assert screen.text().startswith("ip,server\r\n")


def test_nothing_found_is_another_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_table(Table(("ip",), ()), asked()) == Exit.NOTHING
    assert capsys.readouterr().out == ""


def test_an_unknown_format_names_those_that_exist() -> None:
    with pytest.raises(BadArguments, match=r'no format "cvs"; did you mean "csv"\? there are csv'):
        asked("--format", "cvs")


def test_columns_decides_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "40")
    write_table(Table(("ip", "server"), [("192.0.2.1", "x" * 90)]), asked("--color=never"))
    assert screen.text().splitlines()[1] == "192.0.2.1  " + "x" * 28 + "…"


@pytest.mark.parametrize(
    ("argv", "env", "wanted"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
        ((), {"TERM": "dumb"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {}, False),
        ((), {"GATEWATCH_COLOR": "never"}, False),
    ],
)
def test_colour_is_asked_for_or_a_terminal_without_no_color(
    argv: tuple[str, ...], env: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert colored(Terminal(), asked(*argv)) is wanted


def test_a_pipe_is_never_coloured() -> None:
    assert not colored(io.StringIO(), asked())


def test_accessible_has_words_for_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    table = Table(("server", "n"), [("a", 4), ("b", 1)], chart=Bars("server", "n"))
    write_table(table, asked("--accessible", "--color=never"))
    assert screen.text().splitlines()[2].endswith("25 % of the largest")


@pytest.mark.parametrize(
    ("argv", "env", "code"),
    [
        ((), {}, "en"),
        ((), {"LANG": "fr_CA.UTF-8"}, "fr"),
        ((), {"LANG": "fr_FR", "LC_MESSAGES": "de_DE"}, "en"),
        ((), {"LANG": "de", "LC_MESSAGES": "", "LC_ALL": "fr"}, "fr"),
        ((), {"LC_ALL": "fr_FR", "GATEWATCH_LANG": "en"}, "en"),
        (("--lang", "fr"), {"GATEWATCH_LANG": "en"}, "fr"),
    ],
)
def test_the_language_is_asked_for_or_the_systems(
    argv: tuple[str, ...], env: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_ALL")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert language_of(asked(*argv)).code == code


def test_numbers_of_a_table_follow_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    write_table(Table(("n",), [(1200,)]), asked("--lang", "fr", "--color=never"))
    assert screen.text() == "    n\n1\u202f200\n"


def test_programs_read_the_same_in_any_language(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(Table(("n", "share"), [(1200, 0.5)]), asked("--lang", "fr"))
    assert capsys.readouterr().out == '{"n":1200,"share":0.5}\n'


def test_a_terminal_without_narrow_blanks_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    write_table(Table(("n",), [(1200,)]), asked("--format", "table", "--lang", "fr"))
    assert raw.getvalue() == b"    n\n1 200\n"


def test_data_is_utf8_in_any_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    write_table(TABLE, asked("--format", "ndjson"))
    assert raw.getvalue().decode() == NDJSON


def test_a_table_stays_readable_in_any_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    write_table(TABLE, asked("--format", "table"))
    assert b"192.0.2.1  \\xe9\n" in raw.getvalue()


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("x.csv", "ip,server\r\n"),
        ("x.MD", "| ip "),
        ("x.txt", "ip   "),
        ("x.jsonl", '{"ip"'),
        ("x.tsv", "ip\t"),
        ("x", '{"ip"'),
        ("x.weird", '{"ip"'),
    ],
)
def test_the_ending_of_a_file_decides_its_format(name: str, begins: str, place: Path) -> None:
    assert write_table(TABLE, asked("-o", name)) == Exit.FOUND
    with (place / name).open(newline="", encoding="utf-8") as file:
        assert file.read().startswith(begins)
    assert [path.name for path in place.iterdir()] == [name]


def test_the_format_asked_for_beats_the_ending(place: Path) -> None:
    write_table(TABLE, asked("-o", "x.csv", "--format", "json"))
    assert json.loads((place / "x.csv").read_text(encoding="utf-8"))[0]["ip"] == "192.0.2.1"


@pytest.mark.parametrize(
    ("argv", "people"),
    [((), False), (("-o", "x.md"), True), (("-o", "x.md", "--format", "csv"), False)],
)
def test_the_reader_is_known_before_anything_is_written(
    argv: tuple[str, ...], people: bool
) -> None:
    assert for_people(asked(*argv)) is people


def test_tables_that_belong_together_have_one_title(place: Path) -> None:
    assert write_tables([TABLE], asked("-o", "x.md"), "Both") == Exit.FOUND
    assert (place / "x.md").read_text(encoding="utf-8").startswith("# Both\n\n| ip |")


def test_data_formats_hold_one_table(place: Path) -> None:
    with pytest.raises(FormatUnfit, match="csv: holds one table, and these are 2: ask for one"):
        write_tables([TABLE, TABLE], asked("-o", "x.csv"))
    assert not list(place.iterdir())


def test_tables_that_belong_together_are_one_output(place: Path) -> None:
    second = Table(("port",), [(7547,)])
    assert write_tables([TABLE, second], asked("-o", "x.txt")) == Exit.FOUND
    text = (place / "x.txt").read_text(encoding="utf-8")
    assert text == "ip         server\n192.0.2.1  é\n192.0.2.2\n\nport\n7547\n"


def failing_rows() -> Iterator[tuple[str, str]]:
    yield "192.0.2.1", "x"
    raise KeyboardInterrupt


def test_an_interruption_leaves_the_old_file_and_nothing_beside_it(place: Path) -> None:
    (place / "x.csv").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_table(Table(("ip", "server"), failing_rows()), asked("-o", "x.csv"))
    assert (place / "x.csv").read_text() == "old"
    assert [path.name for path in place.iterdir()] == ["x.csv"]


def test_a_link_stays_a_link(place: Path) -> None:
    (place / "real.csv").touch()
    (place / "link.csv").symlink_to("real.csv")
    write_table(TABLE, asked("-o", "link.csv"))
    assert (place / "link.csv").is_symlink()
    assert (place / "real.csv").read_text(encoding="utf-8").startswith("ip,server")


def test_a_pipe_is_written_to_and_not_replaced(place: Path) -> None:
    os.mkfifo(place / "pipe")
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append((place / "pipe").read_text()))
    reader.start()
    write_table(TABLE, asked("-o", "pipe"))
    reader.join(10)
    assert heard == [NDJSON]
    assert stat.S_ISFIFO((place / "pipe").stat().st_mode)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (".", ".: cannot be written, Is a directory: give the name of a file"),
        ("none/x.csv", "none/x.csv: cannot be written, No such file or directory: make its folder "
            "first"),
        ("/dev/full", "/dev/full: cannot be written, No space left on device: free space or write "
            "elsewhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_says_why(target: str, message: str) -> None:
    with pytest.raises(OutputUnwritable) as caught:
        write_table(TABLE, asked("-o", target))
    assert str(caught.value) == message


def piped(tail: str) -> subprocess.CompletedProcess[str]:
    """Runs `gatewatch formats` in a shell with its standard output as `tail` says."""
    return subprocess.run(
        ["bash", "-c", f'"$0" -P -m gatewatch formats --format json {tail}', sys.executable],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
    )


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    done = piped("> /dev/full")
    assert done.returncode == Exit.DATA
    assert done.stderr == (
        "gatewatch: standard output: cannot be written, No space left on device: free space or "
        "write elsewhere\n"
    )


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    done = piped("| head -c 1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[", "")
