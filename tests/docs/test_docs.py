"""Command lines in the documents parse, links lead somewhere, and each page can be found."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gatewatch.cli.commands import command_words, load_command
from gatewatch.cli.main import build_parser, run
from gatewatch.model.errors import Exit
from gatewatch.model.observation import Observation, Place

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md")]
)
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
# These need no lake and change nothing, so the documents' own words are run.
HARMLESS = {"completion", "config", "doctor", "fields", "formats"}
# These only read a lake; the tests have one in which the documents' host answered.
READING = {"count", "diff", "export", "host", "network", "report", "search"}
OUR_PROGRAMS = {"gatewatch", "./gatewatch"}


def console_lines(text: str) -> Iterator[str]:
    """What stands after `$ ` in blocks of console."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                yield line[2:]


def our_commands(line: str) -> Iterator[list[str]]:
    """The arguments of each gatewatch in a shell line."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for token in [*lexer, ";"]:
        if set(token) <= set("|&;"):
            if words and words[0] in OUR_PROGRAMS:
                yield before_redirection(words[1:])
            words = []
        else:
            words.append(token)


def before_redirection(words: list[str]) -> list[str]:
    signs = [place for place, word in enumerate(words) if set(word) <= set("<>")]
    return words[: signs[0]] if signs else words


def all_commands() -> Iterator[tuple[str, list[str]]]:
    for document in DOCUMENTS:
        for line in console_lines(document.read_text(encoding="utf-8")):
            for argv in our_commands(line):
                yield f"{document.name}: {line}", argv
    for word in command_words():
        for line in load_command(word).EXAMPLES:
            for argv in our_commands(line):
                yield f"{word}: {line}", argv


COMMANDS = dict(all_commands())


@pytest.mark.parametrize("argv", COMMANDS.values(), ids=COMMANDS)
def test_each_command_line_shown_parses(argv: list[str]) -> None:
    parser = build_parser(argv)
    if argv[-1] in ("--help", "--version"):
        with pytest.raises(SystemExit):
            parser.parse_args(argv)
    else:
        parser.parse_args(argv)


@pytest.mark.parametrize(
    "argv",
    [argv for argv in COMMANDS.values() if argv[0] in HARMLESS],
    ids=[name for name, argv in COMMANDS.items() if argv[0] in HARMLESS],
)
def test_each_harmless_command_line_shown_runs(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(argv) == 0


@pytest.mark.parametrize(
    "argv",
    [argv for argv in COMMANDS.values() if argv[0] in READING],
    ids=[name for name, argv in COMMANDS.items() if argv[0] in READING],
)
def test_each_question_shown_has_an_answer(
    argv: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seen: Callable[..., Observation],
    make_lake: Callable[..., object],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWATCH_LAKE", raising=False)
    at = [seen("192.0.2.7", place=Place("IT", 64500, "Example")), seen("192.0.2.8", "rompager")]
    earlier = [seen("192.0.2.7", at="2026-10-20T00:00:00Z")]
    for observed in (earlier, at):
        make_lake(observed, tmp_path / "gatewatch-lake")
    assert run(argv) in (Exit.FOUND, Exit.NOTHING)


def test_examples_begin_with_the_command_itself() -> None:
    for word in command_words():
        aliases = getattr(load_command(word), "ALIASES", ())
        for line in load_command(word).EXAMPLES:
            (argv,) = our_commands(line)
            assert argv[0] in (word, *aliases), line


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@EACH
def test_each_relative_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    without_code = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def test_each_page_is_found_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    links = re.findall(r"\]\(([^)#]+)", index.read_text(encoding="utf-8"))
    linked = {(index.parent / link).resolve() for link in links}
    written = {page for page in (ROOT / "docs").rglob("*.md") if page != index}
    assert sorted(written - linked) == []


@EACH
def test_each_document_has_one_title(document: Path) -> None:
    text = re.sub(
        r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


@EACH
def test_each_source_file_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:\w+/)+\w+\.(?:py|toml))`", text):
        places = (ROOT, ROOT / "src" / "gatewatch", ROOT / "src" / "gatewatch" / "cli")
        assert any((place / name).exists() for place in places), name


def test_the_glossary_has_each_word_once_and_in_order() -> None:
    page = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([\w -]+) \|", page, re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(set(words), key=str.lower)


def test_decisions_have_a_number_each_and_say_what_would_change_our_mind() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len({record.name[:4] for record in records}) == len(records)
    for record in records:
        text = record.read_text(encoding="utf-8")
        for part in ("Context", "Decision", "What we gave up", "What would change our mind"):
            assert f"## {part}\n" in text, (record.name, part)


def test_the_readme_names_the_two_commands() -> None:
    first = list(console_lines((ROOT / "README.md").read_text(encoding="utf-8")))[:2]
    assert first == ["./gatewatch demo", "./check"]
