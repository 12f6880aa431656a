"""Every page, whatever it shows: its frame, its language, its colours, its static files."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser

from gatewatch.web.pages import page_modules

PLAIN = sorted(
    route.path
    for module in page_modules().values()
    for route in module.ROUTES
    if route.method == "GET" and "{" not in route.path
)


class Elements(HTMLParser):
    """Every element of a page; words, whatever they say, are none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("path", PLAIN)
def test_each_page_has_one_heading_landmarks_and_a_way_past_the_bar(
    client: TestClient, path: str
) -> None:
    html = client.get(path).text
    assert html.count("<h1") == 1
    assert 'class="skip" href="#main"' in html
    assert all(f"<{part}" in html for part in ("header", "main", "footer"))
    assert re.search(r"<title>[^<]+ - gatewatch</title>", html)


@pytest.mark.parametrize("path", PLAIN)
def test_no_page_has_script_or_style_of_its_own(client: TestClient, path: str) -> None:
    elements = Elements()
    elements.feed(client.get(path).text)
    for tag, attributes in elements.found:
        assert tag != "style"
        assert tag != "script" or attributes["src"]
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert not (attributes.get("href") or "").startswith("javascript:")


def test_language_follows_the_browser_and_then_the_switch(client: TestClient) -> None:
    assert '<html lang="en"' in client.get("/fields").text
    french = {"Accept-Language": "fr-CH, de;q=0.9"}
    assert "Champs" in client.get("/fields", headers=french).text
    switched = client.get("/fields?word=tls&lang=fr")
    assert (switched.status_code, switched.headers["location"]) == (303, "/fields?word=tls")
    assert "Champs" in client.get("/fields").text


def test_colours_are_switched_by_a_link_and_kept(client: TestClient) -> None:
    client.get("/fields?theme=dark")
    assert 'data-theme="dark"' in client.get("/fields").text
    client.get("/fields?theme=auto")
    assert "data-theme" not in client.get("/fields").text


def test_a_switch_leads_nowhere_else(client: TestClient) -> None:
    for path in ("//evil.example.org/", "/\\evil.example.org/", "/%2Fevil.example.org/"):
        answer = client.get(f"{path}?theme=dark")
        assert not answer.headers.get("location", "/x").startswith(("//", "/\\", "http"))


def test_static_files_are_kept_under_names_of_their_content(client: TestClient) -> None:
    [style] = re.findall(r'rel="stylesheet" href="([^"]+)"', client.get("/fields").text)
    answer = client.get(style)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    again = client.get(style, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/style.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/style.000000000000.css").status_code == 404


def test_the_field_page_finds_by_word_and_says_its_command(client: TestClient) -> None:
    html = client.get("/fields", params={"word": "tls"}).text
    assert "tls.subject" in html
    assert "gatewatch fields tls" in html
    assert 'href="/fields/tls.subject"' in html


def test_without_a_lake_every_page_that_needs_one_says_what_to_do(
    browser: Browser, tmp_path: Path
) -> None:
    answer = browser(lake=tmp_path / "none").get("/")
    assert answer.status_code == 503
    assert "gatewatch import FILE" in answer.text
    assert answer.headers["retry-after"]
