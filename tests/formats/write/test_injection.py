"""No writer lets a device speak to the terminal, the spreadsheet, the browser or the parser."""

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.write import TextWriter, writers
from gatewatch.model.table import Bars, Document, Page, Table

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\r\nX-Injected: yes",
    "a\tb\x0bc\x0cd",
    "\u202egpj.exe",
    "\u2066isolated\u2069",
    "line\u2028separator\u2029",
    "\x00NUL",
    "\udc80 lone",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    'x","=1+1',
    "x;=1+1",
    "\t=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "| pipe | pipe |",
    "[click](javascript:alert(1))",
    "![pixel](http://192.0.2.1/p.gif)",
    "http://192.0.2.1/ www.example.org a@example.org",
    "`code` **bold** \\| back",
    '", "injected": "yes',
    "x" * 100_000,
]
EACH = pytest.mark.parametrize(
    "name", [name for name, writer in writers().items() if isinstance(writer, TextWriter)]
)


def written(name: str, *texts: str, page: Page | None = None) -> str:
    table = Table(
        ("ip", "server", "n"), [("192.0.2.1", text, 7) for text in texts], chart=Bars("server", "n")
    )
    return text_of(name, Document([table], page=page or Page()))


def text_of(name: str, document: Document) -> str:
    writer = writers()[name]
    assert isinstance(writer, TextWriter)
    out = io.StringIO(newline="")
    writer.write(document, out)
    return out.getvalue()


def lines_of(name: str, text: str) -> list[str]:
    """The lines that a terminal, a spreadsheet or awk would see."""
    separators = {"csv": "\r\n", "tsv": "\n"}
    lines = text.split(separators.get(name, "\n"))
    return [line.replace("\t", "") if name == "tsv" else line for line in lines]


@EACH
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_unprintable_passes(name: str, hostile: str) -> None:
    assert all(line.isprintable() for line in lines_of(name, written(name, hostile)))


@EACH
@given(text=st.text())
def test_no_text_at_all_passes_unprintable(name: str, text: str) -> None:
    assert all(line.isprintable() for line in lines_of(name, written(name, text)))


@EACH
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_row_stays_a_row(name: str, hostile: str) -> None:
    harmless = len(written(name, "harmless").splitlines())
    assert len(written(name, hostile).splitlines()) == harmless


@EACH
def test_title_and_notes_are_shown_safely(name: str) -> None:
    table = Table(
        ("ip", "n"), [("192.0.2.1", 7)], title="\x1b[2J", aside="\x9b", notes=("\x1b[1m\n",),
        chart=Bars("ip", "n"),
    )  # fmt: skip
    text = text_of(name, Document([table], title="\x1b[3J"))
    assert all(line.isprintable() for line in lines_of(name, text))


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_table_of_any_width_is_safe(width: int) -> None:
    text = written("table", *HOSTILE, page=Page(width))
    assert all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize(
    ("name", "separator", "read"),
    [
        ("csv", ",", lambda text: list(csv.reader(io.StringIO(text, newline="")))),
        ("tsv", "\t", lambda text: [line.split("\t") for line in text.splitlines()]),
    ],
)
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_cell_is_a_formula_however_a_spreadsheet_cuts_the_line(
    name: str, separator: str, read: Callable[[str], list[list[str]]], hostile: str
) -> None:
    text = written(name, hostile)
    assert [len(row) for row in read(text)] == [3, 3]
    for cut in (separator, ";", ",", "\t", "|"):
        for cell in re.split(re.escape(cut), text.splitlines()[1]):
            assert cell.lstrip("\"' ")[:1] not in set("=+-@") or cell.lstrip('" ')[0] == "'"


@pytest.mark.parametrize("hostile", HOSTILE[:-1], ids=range(len(HOSTILE) - 1))
def test_markdown_has_no_html_no_link_and_no_further_column(hostile: str) -> None:
    row = written("markdown", hostile).splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert not re.search(r"[<>]", row)
    assert not re.search(r"(?<!\\)[`*\[\]_~]", row)
    assert "://" not in row
    assert not re.search(r"www\.|\w@\w", row)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_json_readers_get_exactly_what_the_device_said(hostile: str) -> None:
    row = {"ip": "192.0.2.1", "server": hostile, "n": 7}
    assert json.loads(written("ndjson", hostile)) == row
    assert json.loads(written("json", hostile)) == [row]


@pytest.mark.parametrize("name", ["html", "svg"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_page_and_a_drawing_hold_text_and_nothing_else(name: str, hostile: str) -> None:
    """The very same elements and attributes as for a harmless text, save what tells of a cut."""
    assert elements(written(name, hostile)) - {("title", ())} == elements(
        written(name, "harmless")
    ) - {("title", ())}


def elements(text: str) -> set[tuple[str, tuple[str, ...]]]:
    found: set[tuple[str, tuple[str, ...]]] = set()

    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add((tag, tuple(key for key, _ in attrs)))

    Collector().feed(text)
    return found
