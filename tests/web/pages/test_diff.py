"""Two snapshots on a page."""

import html
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.street import street


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return street(tmp_path_factory.mktemp("diff") / "lake")


@pytest.fixture
def page(browser: Browser, streets: Path) -> TestClient:
    return browser(lake=streets)


def test_the_two_newest_are_compared_unless_told_otherwise(page: TestClient) -> None:
    text = page.get("/diff").text
    assert "From 2026-10-20 to 2026-11-20" in text
    assert re.search(r"\d+ services are not as they were", text)
    assert text.count("<tbody>") == 2


def test_a_service_leads_to_where_both_snapshots_are_seen(page: TestClient) -> None:
    text = page.get("/diff?q=country:BR").text
    link = re.search(r'<th scope="row" class="value"><a href="(/search\?[^"]+)"', text)
    assert link is not None
    assert "snapshot%3A2026-10-20+or+snapshot%3A2026-11-20" in link[1]


def test_values_of_a_field_are_followed(page: TestClient) -> None:
    text = page.get("/diff?by=server&a=2026-09-20").text
    assert "What became of each server" in text
    assert "gSOAP/2.7" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/diff?a=2026-11-20&b=2026-11-20", "both sides are snapshot 2026-11-20"),
        ("/diff?q=snapshot:2026-11-20", "the query names a snapshot"),
        ("/diff?by=servr", "there is no field"),
    ],
)
def test_what_cannot_be_compared_is_said(page: TestClient, asked: str, said: str) -> None:
    reply = page.get(asked)
    assert reply.status_code == 400
    assert said in html.unescape(reply.text)


def test_an_unknown_snapshot_is_not_found(page: TestClient) -> None:
    assert page.get("/diff?a=1999-01-01").status_code in (400, 404)


def test_it_shows_the_command(page: TestClient) -> None:
    assert "gatewatch diff 2026-10-20 2026-11-20 country:IT" in page.get("/diff?q=country:IT").text
