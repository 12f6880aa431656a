"""The pages in a real browser: what people do there, by mouse, by keyboard, without script.

One server and one Chromium for all. Whatever the browser complains about on its console, a policy
that was violated among it, fails a test.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.web.served import FLAGS, served
from tests.web.street import street

from gatewatch.query.parser import parse
from gatewatch.query.saved import keep

pytestmark = pytest.mark.slow

PATIENCE_MS = 45_000


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    lake = street(tmp_path_factory.mktemp("chromium") / "lake")
    keep(lake, "brazil", parse("country:BR"), 0)
    with served(lake) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, origin: str) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=origin, accept_downloads=True)
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of which nothing is complained: no error on its console, no policy violated."""
    complaints: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in ("error", "warning") and "status of 4" not in message.text
            else None
        ),
    )
    yield made
    assert not complaints


def test_search_narrow_report_drill_down_to_a_host_and_export(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.locator("[data-query]").first.fill("port:7547")
    page.locator("[data-query]").first.press("Enter")
    expect(page).to_have_url(re.compile("/search"))
    expect(page.locator("h1")).to_contain_text("services")
    page.locator("#facets a, #facets button").get_by_text("IT", exact=True).first.click()
    expect(page.locator("[data-query]").first).to_have_value(re.compile("country"))
    page.locator(".minus").first.click()
    expect(page.locator("[data-query]").first).to_have_value(re.compile("not|!=|-"))
    page.goto("/report?q=country%3AIT&by=server")
    with page.expect_navigation():
        page.locator("svg.chart a").first.click()
    expect(page.locator("[data-query]").first).to_have_value(re.compile("server"))
    page.locator(".hits a.ip").first.click()
    expect(page).to_have_url(re.compile(r"/host/"))
    page.goto("/report?q=country%3AIT&by=server")
    with page.expect_download() as waiting:
        page.locator(".files").get_by_text("csv", exact=True).click()
    file = tmp_path / "report.csv"
    waiting.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    assert rows[0]["value"] == "gSOAP/2.7"
    assert waiting.value.suggested_filename == "report-server-2026-11-20.csv"


def test_a_field_and_a_value_are_completed_by_keyboard(page: Page) -> None:
    page.goto("/search?q=port%3A7547")
    field = page.get_by_role("combobox", name="Query")
    field.press("End")
    field.press_sequentially(" coun")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("country")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "offer0")
    field.press("Enter")
    expect(field).to_have_value("port:7547 country:")
    expect(options.first).to_contain_text("IT")
    expect(options.first).to_contain_text("99")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("port:7547 country:IT ")
    field.press("Escape")
    field.press("Enter")
    expect(page).to_have_url(re.compile("country"))


def test_what_cannot_be_read_is_underlined_and_mended_by_a_button(page: Page) -> None:
    page.goto("/search")
    field = page.get_by_role("combobox", name="Query")
    field.fill("port:7547 servr:x")
    expect(page.locator(".mirror mark")).to_have_text("servr:x")
    expect(field).to_have_attribute("aria-invalid", "true")
    page.locator(".hint button").first.click()
    expect(field).to_have_value(re.compile("server:x"))
    expect(field).to_have_attribute("aria-invalid", "false")


def test_keys_work_outside_of_fields_and_can_be_switched_off(page: Page) -> None:
    page.goto("/search?q=country%3AIT")
    page.keyboard.press("/")
    expect(page.locator("[data-query]").first).to_be_focused()
    page.keyboard.type("?")
    expect(page.locator("dialog")).to_be_hidden()
    page.locator("[data-query]").first.blur()
    page.keyboard.press("j")
    expect(page.locator(".hits a.ip").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".hits a.ip").nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    page.locator("dialog input").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/search"))


def test_a_chart_tells_its_parts_to_who_points_at_them(page: Page) -> None:
    page.goto("/report?by=server")
    page.locator("svg.chart a").first.hover()
    expect(page.locator(".tip")).to_have_text("gSOAP/2.7: 196")


def test_without_script_the_same_path_works(chromium: Browser, origin: str) -> None:
    context = chromium.new_context(base_url=origin, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("[data-query]").first.fill("country:IT")
    page.locator("[data-query]").first.press("Enter")
    page.get_by_role("link", name="Report").first.click()
    page.locator("select[name=by]").select_option("server")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("h1")).to_contain_text("Services by server: country:IT")
    page.locator("main tbody th a").first.click()
    page.locator(".hits a.ip").first.click()
    expect(page).to_have_url(re.compile("/host/"))
    context.close()


def test_a_query_is_kept_and_forgotten(page: Page) -> None:
    page.goto("/saved")
    page.get_by_label("Name").fill("chromium")
    page.locator("main [name=q]").fill("country:FR")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("h1")).to_have_text("chromium")
    page.get_by_role("button", name="Forget this query").click()
    expect(page.locator("h1")).to_contain_text("kept")
