"""Whoever clicks on everything meets no broken link and no page that is too heavy."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.crawling import crawl, links_of

from gatewatch.web.pages import page_modules

MOST = {"en": 110, "fr": 60}
"""Requests in each language."""
HEAVIEST = 100_000
PATHS = [route.path for module in page_modules().values() for route in module.ROUTES]
STARTS = (
    "/",
    "/search?q=*",
    "/host/192.0.2.69",
    "/as/64496",
    "/net/192.0.2.0/24",
    "/help",
    "/fields",
)


def is_known(address: str) -> bool:
    """Whether a page answers there: places for rooms that come later are no broken links."""
    path = urlsplit(address).path
    pattern = [re.escape(one).replace(r"\{cidr:path\}", ".+") for one in PATHS]
    return path.startswith(("/static/", "/api/")) or any(
        re.fullmatch(re.sub(r"\\\{[^}]+\\\}", "[^/]+", one), path) for one in pattern
    )


def one_of_a_kind() -> Callable[[str], bool]:
    """Of links that differ in their values only, a few are followed."""
    seen: dict[str, int] = {}

    def wanted(address: str) -> bool:
        # A file is made anew for each query, and the switches lead back here.
        if not is_known(address) or "lang=" in address or "theme=" in address:
            return False
        parts = urlsplit(address)
        kind = (
            re.sub(r"[0-9a-f.:]{6,}", "#", parts.path)
            + "?"
            + re.sub(r"=[^&]*?(%3A|%3D|&|$)", r"=\1", parts.query)
        )
        seen[kind] = seen.get(kind, 0) + 1
        return seen[kind] <= 2

    return wanted


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_link_of_every_page_answers(browser: Browser, code: str) -> None:
    client: TestClient = browser()
    client.cookies.set("lang", code)
    found = crawl(client.get, list(STARTS), MOST[code], one_of_a_kind())
    broken = {
        address: (status, found.linked_from.get(address))
        for address, status in found.statuses.items()
        if status not in (200, 303)
    }
    assert not broken
    assert not {address: size for address, size in found.heavy.items() if size > HEAVIEST}
    assert len(found.statuses) == MOST[code]


@pytest.mark.parametrize("path", STARTS)
def test_ids_are_unique_and_links_within_a_page_lead_somewhere(
    client: TestClient, path: str
) -> None:
    links = links_of(client.get(path).text)
    assert len(links.ids) == len(set(links.ids))
    inner = [link[1:] for link in links.found if link.startswith("#")]
    assert set(inner) <= set(links.ids)
