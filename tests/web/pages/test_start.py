"""The first page: three figures, what others ask, the tables of 2019."""

import re
from pathlib import Path

from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.pages.test_search import text_of

from gatewatch.model.language import language
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.web.examples import first_examples


def test_three_figures_lead_to_what_they_count(client: TestClient) -> None:
    html = client.get("/").text
    figures = re.findall(r'<a class="big" href="([^"]+)">([^<]+)</a>', html)
    assert [words for _, words in figures] == ["16", "62.5 %", "+5"]
    assert "<h1>10 services</h1>" in client.get(figures[1][0]).text
    assert "since 2026-11-20" in text_of(html)


def test_each_example_counts_what_it_finds(client: TestClient) -> None:
    html = client.get("/").text
    found = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', html)
    assert len(found) == 8
    for link, count in found:
        assert f"<h1>{count} service" in client.get(link.replace("&amp;", "&")).text


def test_examples_are_written_in_canonical_form() -> None:
    for _, query in first_examples(language("en")):
        assert printed(parse(query).node) == query


def test_the_tables_of_2019_are_there(client: TestClient) -> None:
    html = client.get("/").text
    assert 'href="/report?preset=censys-2019"' in html
    words = text_of(html)
    assert all(word in words for word in ("Server", "Product", "Country", "IT", "RomPager"))


def test_without_a_lake_the_page_says_how_to_make_one(browser: Browser, tmp_path: Path) -> None:
    answer = browser(lake=tmp_path / "none").get("/")
    assert answer.status_code == 503
    assert "gatewatch import FILE" in answer.text
