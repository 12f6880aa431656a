"""Every page as people with other eyes, hands and screens meet it, in Chromium.

The folder of pages is the list. Each is opened light and wide, and dark and as narrow as a phone,
or as 400 % zoom on a screen of 1280 pixels (WCAG 1.4.10); axe looks at both.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright
from tests.web.served import FLAGS, served
from tests.web.street import street

from gatewatch.query.parser import parse
from gatewatch.query.saved import keep
from gatewatch.web.pages import page_modules
from gatewatch.web.people.book import Book, book_of
from gatewatch.web.site import Role

pytestmark = pytest.mark.slow

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Pages that have a place in their path, by the path of their route; others are found by themselves.
PLACES = {
    "/host/{ip}": "/host/192.0.2.7",
    "/as/{number}": "/as/64496",
    "/net/{cidr:path}": "/net/192.0.2.0/24",
    "/fields/{name}": "/fields/server",
    "/help/{engine}": "/help/censys",
    "/saved/{name}": "/saved/brazil",
}
MORE = (
    "/search?q=country%3AMT", "/search?q=servr%3Ax", "/report?by=country&by2=server&n=5",
    "/report?view=trend&by=software", "/report?view=map&by=country",
    "/report?view=compare&by=server",
)  # fmt: skip
SMALL = """() => [...document.querySelectorAll('a, button, input, select, summary')]
.filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height || one.closest('p, svg, .skip, [hidden], .tick')) return false;
  if (getComputedStyle(one).display === 'inline') return false;
  return box.width < 23.5 || box.height < 23.5;
}).map((one) => one.outerHTML.slice(0, 90))"""
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  return { seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight, what: one.outerHTML.slice(0, 90) };
}"""


class Seen(NamedTuple):
    """What was found on all pages."""

    violations: list[tuple[str, str, object]]
    wide: list[str]
    small: list[tuple[str, str]]


def addresses() -> list[str]:
    """Every page that can be looked at without doing anything."""
    paths = [
        route.path
        for module in page_modules().values()
        for route in module.ROUTES
        if route.method == "GET"
    ]
    known = [PLACES.get(path, path) for path in paths]
    files = ("export", "raw")
    return [one for one in known if "{" not in one and not any(word in one for word in files)]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lake = street(tmp_path_factory.mktemp("accessible") / "lake")
    keep(lake, "brazil", parse("country:BR"), 0)
    with served(lake) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(chromium: Browser, origin: str, request: pytest.FixtureRequest) -> Seen:
    size: ViewportSize = {"width": 1280 if request.param == "light" else 320, "height": 800}
    context = chromium.new_context(base_url=origin, color_scheme=request.param, viewport=size)
    page, axe, found = context.new_page(), Axe(), Seen([], [], [])
    for address in (*addresses(), *MORE):
        page.goto(address)
        for one in axe.run(page, options=RULES).response["violations"]:
            where = [node["target"] for node in one["nodes"][:2]]
            found.violations.append((address, one["id"], where))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.wide.append(address)
        found.small.extend((address, one) for one in page.evaluate(SMALL))
    context.close()
    return found


def test_axe_finds_nothing_on_any_page(seen: Seen) -> None:
    assert not seen.violations


def test_no_page_scrolls_sideways(seen: Seen) -> None:
    assert not seen.wide


def test_targets_are_large_enough(seen: Seen) -> None:
    assert not seen.small


@pytest.mark.parametrize("address", ["/search?q=country%3AMT", "/report?by=server"])
def test_a_walk_by_tab_shows_where_it_is(chromium: Browser, origin: str, address: str) -> None:
    page = chromium.new_page()
    page.goto(origin + address)
    steps = 0
    for _ in range(50):
        page.keyboard.press("Tab")
        spot = page.evaluate(FOCUS)
        if spot is None:
            break
        assert spot["seen"], spot["what"]
        assert spot["inside"], spot["what"]
        steps += 1
    page.close()
    assert steps > 20


def test_people_log_in_and_out(chromium: Browser, tmp_path: Path) -> None:
    lake = street(tmp_path / "lake")
    Book(book_of(lake)).add("mara", Role.READER, "correct horse battery", time.time())
    with served(lake) as address:
        context = chromium.new_context(base_url=address)
        page = context.new_page()
        page.goto("/report?by=server")
        page.get_by_label("Name").fill("mara")
        page.get_by_label("Password").fill("correct horse battery")
        page.locator("main").get_by_role("button", name="Log in").click()
        expect(page.locator("h1")).to_contain_text("Services by server")
        page.get_by_role("button", name="Log out").click()
        page.goto("/report?by=server")
        expect(page.get_by_label("Password")).to_be_visible()
        context.close()
