"""The network page: an operator's own view, and the proof by two snapshots."""

import re

import pytest
from starlette.testclient import TestClient
from tests.web.pages.test_search import text_of


def test_a_network_tells_what_is_exposed_through_time(client: TestClient) -> None:
    html = client.get("/as/64496").text
    words = text_of(html)
    assert "AS64496 Example Telecom" in words
    assert "In 2026-11-24: 7 exposed services" in words
    assert "1 of 8 known addresses are silent" in words
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart lines"' in html
    assert "gatewatch network AS64496" in words
    found = re.search(r'<a href="([^"]+)">7 exposed services', html)
    assert found
    assert "<h1>7 services</h1>" in client.get(found[1]).text


def test_before_and_after_prove_what_was_done(client: TestClient) -> None:
    words = text_of(client.get("/net/198.51.100.0/24?a=2026-11-20&b=2026-11-24").text)
    assert "Of 8 vulnerable services in 2026-11-20:" in words
    assert "still vulnerable 7" in words
    assert "mended: seen again, no longer vulnerable 0" in words
    assert "silent: filtered, off or moved, which proves nothing 1" in words


def test_how_long_the_vulnerable_stay_is_told_when_asked(client: TestClient) -> None:
    assert "How long the vulnerable stay so" not in client.get("/as/64496").text
    assert "How long the vulnerable stay so" in client.get("/as/64496?lag=1").text


def test_a_network_that_nobody_saw_has_a_page(client: TestClient) -> None:
    answer = client.get("/as/64511")
    assert answer.status_code == 200
    assert "was ever seen exposed" in answer.text


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/net/192.0.2.77/24", "/net/192.0.2.0/24"),
        ("/net/192.0.2.77/32", "/host/192.0.2.77"),
        ("/net/192.0.2.77", "/host/192.0.2.77"),
        ("/as/AS64496", "/as/64496"),
    ],
)
def test_other_spellings_lead_to_the_page(client: TestClient, path: str, to: str) -> None:
    assert client.get(path).headers["location"] == to


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/as/x", 400),
        ("/as/99999999999", 400),
        ("/net/192.0.2.0/33", 400),
        ("/net/64496", 400),
        ("/net/192.0.2.1-192.0.2.9", 400),
        ("/as/64496?a=2026-11-20&b=nope", 404),
        ("/as/64496?lag=3", 400),
    ],
)
def test_what_is_no_network_is_one_sentence(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


def test_a_name_of_a_network_is_escaped(client: TestClient) -> None:
    html = client.get("/as/64497").text
    assert "&lt;b&gt;Net&lt;/b&gt;" in html
    assert "<b>Net" not in html
