"""The generated pages are those that the program would write today."""

from pathlib import Path

import pytest

from gatewatch.assess.catalogue import catalogue
from gatewatch.assess.schemes import schemes
from gatewatch.cli.commands import command_words
from gatewatch.cli.main import build_parser
from gatewatch.cli.parser import arguments_of, sub_commands
from gatewatch.cli.reference import pages
from gatewatch.cli.settings import SETTINGS
from gatewatch.enrich.read import readers as network_readers
from gatewatch.formats.export import exporters
from gatewatch.formats.limits import targets
from gatewatch.formats.read import readers
from gatewatch.formats.write import writers
from gatewatch.model.errors import Exit, all_errors
from gatewatch.model.fields import FIELDS
from gatewatch.watch.sources import sources
from gatewatch.web.api import ROOT, endpoints

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name], "run ./check --docs"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("commands.md", [f"## gatewatch {word}\n" for word in command_words()]),
        ("api.md", [f"## GET {ROOT}{one.PATH}\n" for one in endpoints().values()]),
        ("advisories.md", [f"| `{name}` |" for name in (*catalogue().entries, *schemes())]),
        ("fields.md", [f"| `{name}` |" for name in FIELDS]),
        (
            "formats.md",
            [
                f"| `{name}` |"
                for name in (
                    *readers(),
                    *network_readers(),
                    *writers(),
                    *exporters(),
                    *targets(),
                    *sources(),
                )
            ],
        ),
        ("errors.md", [f"| `{error.id}` | {int(error.exit_code)} |" for error in all_errors()]),
        ("exit-codes.md", [f"| {int(code)} | {code.meaning} |" for code in Exit]),
        ("settings.md", [f"| `{name}` | `{one.variable}` |" for name, one in SETTINGS.items()]),
    ],
)
def test_everything_is_documented(name: str, words: list[str]) -> None:
    page = (REFERENCE / name).read_text(encoding="utf-8")
    assert [word for word in words if word not in page] == []


def test_each_argument_of_each_command_is_explained() -> None:
    waiting = list(sub_commands(build_parser()).values())
    while waiting:
        parser = waiting.pop()
        waiting += sub_commands(parser).values()
        unexplained = [one.dest for one in arguments_of(parser) if not one.help]
        assert unexplained == [], parser.prog
