"""The page: complete in itself, readable by everybody, silent to the network."""

import io
import re
from html.parser import HTMLParser

import pytest

from gatewatch.formats.write.html import write
from gatewatch.model.language import language
from gatewatch.model.table import BUCKET, QUERY, Bars, Document, Look, Page, RowKind, Table

TABLE = Table(
    ("server", "services", "share", BUCKET, "behind", QUERY),
    [
        ("gSOAP/2.7", 412_310, 0.513, RowKind.VALUE, 'server="gSOAP/2.7"', 'server="gSOAP/2.7"'),
        ("other (7 values)", 61_033, 0.076, RowKind.OTHER, None, None),
    ],
    title="Services by server",
    aside="2 days old",
    notes=("Unit services.",),
    looks={"share": Look.SHARE, "behind": Look.DATA, QUERY: Look.SPARE},
    queries={"services": "behind"},
    chart=Bars("server", "services"),
)


def page(*tables: Table, title: str = "", code: str = "en") -> str:
    out = io.StringIO(newline="")
    write(Document(tables or (TABLE,), title, Page(language=language(code))), out)
    return out.getvalue()


class Outline(HTMLParser):
    """The open elements at each start, and what is said in each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.said: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "rect", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.said.setdefault(self.open[-1], []).append(data)


def test_every_element_is_closed_in_its_turn() -> None:
    assert Outline(page()).open == []


def test_numbers_are_in_a_real_table_under_a_named_chart() -> None:
    found = Outline(page())
    assert found.tags.index("svg") < found.tags.index("table")
    assert found.said["caption"] == ["Services by server"]
    assert found.said["th"] == ["server", "services", "share", "query"]
    assert found.said["td"][:3] == ["gSOAP/2.7", "412,310", "51.3 %"]
    assert found.said["h1"] == ["Services by server"]
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img"' in page()


def test_each_number_tells_its_query() -> None:
    assert '<td class="n" title="server=&quot;gSOAP/2.7&quot;">412,310</td>' in page()


def test_what_is_no_value_of_its_own_looks_different() -> None:
    assert re.findall(r'<tr class="rest"><td>([^<]*)', page()) == ["other (7 values)"]


def test_nothing_is_fetched_and_nothing_runs() -> None:
    text = page()
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|link|img|iframe|object|embed|base|form)", text)
    assert not re.search(r"\s(src|href|on\w+)=", text)
    assert not re.search(r"url\(|@import", text)


def test_light_and_dark_and_paper_have_their_rules() -> None:
    text = page()
    assert text.count("prefers-color-scheme:dark") == 2
    assert "@media print" in text


def test_several_tables_have_a_heading_each() -> None:
    found = Outline(page(TABLE, TABLE, title="The 2019 tables"))
    assert found.said["h1"] == ["The 2019 tables"]
    assert found.said["h2"] == ["Services by server"] * 2


def test_the_page_says_its_language_and_writes_numbers_in_it() -> None:
    text = page(code="fr")
    assert '<html lang="fr">' in text
    assert "412\u202f310" in text


@pytest.mark.parametrize("count", [0, 1, 10_050])
def test_every_row_is_there(count: int) -> None:
    table = Table(("ip",), (("192.0.2.1",) for _ in range(count)), title="Hosts")
    assert page(table).count("<td>192.0.2.1</td>") == count


def test_a_value_of_megabytes_does_not_bury_the_page() -> None:
    text = page(Table(("server",), [("x" * 1_000_000,)]))
    assert f"<td>{'x' * 500}…</td>" in text


def test_a_keyboard_reaches_what_scrolls() -> None:
    text = page()
    assert text.count('tabindex="0" role="group" aria-label="') == 2
