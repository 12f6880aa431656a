"""The house rules that a reader relies on: the folder is the list, and files say what they are."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gatewatch.acs.state.engines import engine_modules
from gatewatch.assess.feeds import feed_readers
from gatewatch.assess.schemes import schemes
from gatewatch.cli.acs import acs_words
from gatewatch.cli.commands import command_words, load_command
from gatewatch.cli.watching import watch_words
from gatewatch.enrich.read import readers as range_readers
from gatewatch.formats.export import exporters
from gatewatch.formats.read import readers
from gatewatch.formats.write import writers
from gatewatch.watch.notifiers import notifiers
from gatewatch.watch.rules import rules
from gatewatch.watch.sources import sources
from gatewatch.watch.targets import targets as access_targets
from gatewatch.web.api import endpoints
from gatewatch.web.pages import page_modules

SRC = Path(__file__).parents[1] / "src"
MODULES = sorted((SRC / "gatewatch").rglob("*.py"))
EACH_MODULE = pytest.mark.parametrize(
    "module", MODULES, ids=lambda path: str(path.relative_to(SRC))
)
FORMAT = '''"""A format that nobody has registered."""

NAME = "dropped-in"
SENTENCE = "A format that nobody has registered."
SUFFIXES = (".dropped",)
FOR_PEOPLE = False


def sniff(head):
    return head.startswith(b"dropped in")


def read(stream, given):
    return iter(())


def write(document, out):
    rows = sum(len(list(table.rows)) for table in document.tables)
    out.write(f"written by the format that was dropped in: {rows}\\n")
'''
COMMAND = '''"""A command that nobody has registered."""

HELP = "Say hello."
EXAMPLES = ("gatewatch hello",)


def configure(parser):
    pass


def run(args):
    print("hello")
    return 0
'''


@pytest.mark.parametrize(
    ("folder", "registry"),
    [
        ("formats/read", readers),
        ("formats/write", writers),
        ("formats/export", exporters),
        ("enrich/read", range_readers),
        ("assess/schemes", schemes),
        ("assess/feeds", feed_readers),
        ("acs/state/engines", engine_modules),
        ("cli/acs", acs_words),
        ("web/pages", page_modules),
        ("web/api", endpoints),
        ("watch/sources", sources),
        ("watch/targets", access_targets),
        ("watch/notifiers", notifiers),
        ("cli/commands", lambda: {word: load_command(word) for word in command_words()}),
        ("cli/watching", watch_words),
        ("watch/rules", rules),
    ],
)
def test_the_folder_is_the_list(folder: str, registry: Callable[[], Mapping[str, object]]) -> None:
    listed = {str(getattr(module, "__file__", "")) for module in registry().values()}
    files = (SRC / "gatewatch" / folder).glob("*.py")
    assert listed == {str(file) for file in files if not file.stem.startswith("_")}


@pytest.fixture
def copy(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A copy of the package with files dropped in; runs a command line of it."""
    package = shutil.copytree(
        SRC / "gatewatch", tmp_path / "gatewatch", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "formats/read/dropped_in.py").write_text(FORMAT)
    (package / "formats/write/dropped_in.py").write_text(FORMAT)
    (package / "cli/commands/hello.py").write_text(COMMAND)

    def gatewatch(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "gatewatch", *argv],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    return gatewatch


def test_a_file_dropped_into_its_folder_is_there_without_any_other_edit(
    copy: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    listed = [json.loads(line) for line in copy("formats").stdout.splitlines()]
    mine = [row["direction"] for row in listed if row["format"] == "dropped-in"]
    assert mine == ["import", "write"]
    assert copy("hello").stdout == "hello\n"
    assert "Say hello." in copy("--help").stdout
    assert "hello" in copy("completion", "bash").stdout
    assert "written by the format" in copy("formats", "--format", "dropped-in").stdout
    assert copy("formats", "-o", "x.dropped").returncode == 0


@EACH_MODULE
def test_each_module_begins_by_saying_what_its_visitor_gets(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    said = ast.get_docstring(tree) or ""
    assert said.split("\n")[0].endswith((".", ":", ",")) or "\n" in said, "no module docstring"


@EACH_MODULE
def test_what_a_module_offers_exists_and_is_sorted(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    offered: list[str] = []
    defined: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            offered = ast.literal_eval(node.value)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            defined |= {
                name.id for one in targets for name in ast.walk(one) if isinstance(name, ast.Name)
            }
        elif isinstance(node, ast.ImportFrom | ast.Import):
            defined |= {(one.asname or one.name) for one in node.names}
    assert set(offered) <= defined
    assert len(set(offered)) == len(offered)


def test_in_the_pipeline_only_the_wire_opens_connections() -> None:
    """The import contract names rooms; this room has one door (docs/decisions)."""
    doors = {"socket", "ssl", "asyncio", "http"}
    opening = set()
    for path in (SRC / "gatewatch/pipeline").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            # Fetching knows the type of an answer, which opens nothing.
            if doors & {name.split(".")[0] for name in names} and path.stem != "fetch":
                opening.add(path.stem)
    assert opening == {"wire"}


def test_no_file_is_named_after_leftovers() -> None:
    leftovers = {"utils", "util", "common", "misc", "helpers", "helper", "tools"}
    assert [path for path in MODULES if {*path.with_suffix("").parts} & leftovers] == []


def test_every_room_has_tests() -> None:
    rooms = {path.name for path in (SRC / "gatewatch").iterdir() if (path / "__init__.py").exists()}
    built = {room for room in rooms if len(list((SRC / "gatewatch" / room).rglob("*.py"))) > 1}
    tested = {path.parent.name for path in (SRC.parent / "tests").glob("*/test_*.py")}
    tested |= {path.parent.parent.name for path in (SRC.parent / "tests").glob("*/*/test_*.py")}
    assert sorted(built - tested) == []
