"""Kept queries: a list, a page each, feeds, and forms that only those who may can send."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.street import street

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> TestClient:
    return browser(lake=street(tmp_path / "lake"))


def sent(page: TestClient, path: str, **fields: str) -> int:
    key = re.search(r'name="key" value="(\w+)"', page.get("/saved").text)
    assert key is not None
    return int(page.post(path, data={"key": key[1], **fields}).status_code)


@pytest.fixture
def kept(page: TestClient) -> TestClient:
    assert sent(page, "/saved", name="brazil", q="country:BR") == 303
    return page


def test_a_kept_query_is_listed_with_what_came_and_went(kept: TestClient) -> None:
    text = kept.get("/saved").text
    assert "1 kept query" in text
    numbers = re.findall(r'<td class="num"><a [^>]+>([\d,]+)</a>', text)
    assert numbers == ["0", "0", "60"], "a place that fell silent"


def test_its_page_names_what_is_gone(kept: TestClient) -> None:
    text = kept.get("/saved/brazil").text
    assert "removed: 60" in text
    assert text.count('href="/host/') == 60


def test_its_feed_is_atom(kept: TestClient) -> None:
    reply = kept.get("/saved/brazil.atom")
    assert reply.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(reply.text)
    titles = [one.text for one in feed.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert titles[0] == "2026-11-20: 0 added, 60 removed"
    assert len(titles) == 2
    wanted = {"id", "title", "updated", "author", "entry"}
    assert wanted == {one.tag.removeprefix(ATOM) for one in feed}


def test_it_can_be_forgotten(kept: TestClient) -> None:
    assert sent(kept, "/saved/brazil/delete") == 303
    assert kept.get("/saved/brazil").status_code == 404
    assert kept.get("/saved/brazil.atom").status_code == 404


@pytest.mark.parametrize(
    ("name", "query"),
    [("../x", "country:IT"), ("x", "servr:y"), ("x", "snapshot:2026-11-20"), ("", "country:IT")],
)
def test_what_cannot_be_kept_is_refused(page: TestClient, name: str, query: str) -> None:
    assert sent(page, "/saved", name=name, q=query) == 400
    assert "0 kept queries" in page.get("/saved").text


def test_a_form_of_another_site_keeps_nothing(page: TestClient) -> None:
    assert page.post("/saved", data={"name": "x", "q": "country:IT"}).status_code == 403


def test_a_query_with_signs_is_safe_in_page_and_feed(page: TestClient) -> None:
    assert sent(page, "/saved", name="odd", q='server:"<script>&"') == 303
    assert "<script>&" not in page.get("/saved/odd").text
    ET.fromstring(page.get("/saved/odd.atom").text)
