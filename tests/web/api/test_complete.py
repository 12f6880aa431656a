"""Offers for the query box, and whether a query can be read."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.street import street

from gatewatch.query.parser import parse


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return street(tmp_path_factory.mktemp("complete") / "lake")


@pytest.fixture
def page(browser: Browser, streets: Path) -> TestClient:
    return browser(lake=streets)


def offers(page: TestClient, q: str, **more: str | int) -> list[tuple[str, int | None]]:
    found = page.get("/api/v1/complete", params={"q": q, **more}).json()["offers"]
    return [(one["text"], one["services"]) for one in found]


def test_names_of_fields_are_offered(page: TestClient) -> None:
    assert offers(page, "port:7547 coun")[0] == ("country:", None)


def test_values_are_offered_with_their_counts(page: TestClient) -> None:
    assert offers(page, "country:")[:2] == [("country:IT", 99), ("country:FR", 87)]
    assert offers(page, "server:rom") == [('server:"RomPager/4.07 UPnP/1.0"', 71)]


def test_a_country_is_found_by_its_name_also_where_it_has_no_service(page: TestClient) -> None:
    assert offers(page, "country:Ital") == [("country:IT", 99)]
    assert offers(page, "country:Portug") == [("country:PT", None)]


def test_an_older_snapshot_has_counts_of_its_own(page: TestClient) -> None:
    assert offers(page, "country:BR", at="2026-10-20")[0] == ("country:BR", 60)


def test_every_offer_is_a_query(page: TestClient) -> None:
    for begun in ("server:", "realm:", "vendor:", "auth.scheme:", "status:", "cve:"):
        for text, _ in offers(page, begun):
            parse(text)


def test_hostile_values_are_data(page: TestClient) -> None:
    reply = page.get("/api/v1/complete", params={"q": "realm:"})
    assert reply.headers["content-type"].startswith("application/json")
    assert "\u202e" not in str([one["label"] for one in reply.json()["offers"]])


def test_a_good_query_is_told_in_its_canonical_form(page: TestClient) -> None:
    told = page.get("/api/v1/check", params={"q": "country:Italy"}).json()
    assert told["query"] == "country:IT"


def test_a_bad_query_is_told_with_its_place_and_mends(page: TestClient) -> None:
    told = page.get("/api/v1/check", params={"q": "port:7547 servr:x"}).json()
    assert told["query"] is None
    assert (told["start"], told["end"]) == (10, 17)
    assert "port:7547 server:x" in told["mends"]
