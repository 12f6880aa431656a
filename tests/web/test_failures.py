"""Bugs of ours and too many at once: a number or a time to come again, never a trace."""

import re
import threading

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser

from gatewatch.web.pages import page_modules
from gatewatch.web.visit import Page, Reply, Route, Visit

DEADLINE_S = 60


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> type:
    """A page whose handler a test chooses."""

    class Module:
        MENU = None
        ROUTES: tuple[Route, ...] = ()

    monkeypatch.setitem(page_modules(), "made-up", Module)
    return Module


@pytest.mark.parametrize("path", ["/made-up", "/api/made-up"])
def test_a_bug_is_told_by_a_number_that_the_log_explains(
    page: type, browser: Browser, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    def broken(visit: Visit) -> Reply:
        del visit
        raise ZeroDivisionError("secret \x1b[31m detail")

    page.ROUTES = (Route(path, broken),)  # type: ignore[attr-defined]
    answer = browser().get(path)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivisionError" not in answer.text
    found = re.search(r"say ([0-9a-f]{8})", answer.text)
    assert found
    assert any(found[1] in line and "ZeroDivisionError" in line for line in caplog.messages)
    assert not any("\x1b" in line for line in caplog.messages)


def test_a_template_that_lacks_a_value_is_a_bug_not_a_gap(page: type, browser: Browser) -> None:
    def lacking(visit: Visit) -> Reply:
        del visit
        return Page("error.html", "x", {"error": "x"})

    page.ROUTES = (Route("/made-up", lacking),)  # type: ignore[attr-defined]
    assert browser().get("/made-up").status_code == 500


def test_when_too_many_wait_the_next_is_told_when_to_come_again(
    page: type, browser: Browser
) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def slow(visit: Visit) -> Reply:
        begun.set()
        go_on.wait(DEADLINE_S)
        return Page("login.html", "x", {"next": "", "wrong": False, "name": ""})

    page.ROUTES = (Route("/made-up", slow),)  # type: ignore[attr-defined]
    with browser(threads=1, waiting=0) as client:
        first = threading.Thread(target=client.get, args=("/made-up",))
        first.start()
        assert begun.wait(DEADLINE_S)
        refused = client.get("/api/v1/fields")
        go_on.set()
        first.join()
    assert (refused.status_code, refused.json()["error"]) == (503, "too-busy")
    assert int(refused.headers["retry-after"]) > 0


def test_an_error_shows_where_in_the_query_it_is(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "country:IT <b>or"})
    assert answer.status_code in (200, 400)
    assert "<b>or" not in answer.text
