"""Every field has a page with its operators and what stands in it."""

import re

import pytest
from starlette.testclient import TestClient
from tests.web.pages.test_search import text_of

from gatewatch.model.fields import FIELDS


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_a_page(client: TestClient, name: str) -> None:
    answer = client.get(f"/fields/{name}")
    assert answer.status_code == 200
    assert FIELDS[name].example in answer.text.replace("&#34;", '"').replace("&gt;", ">").replace(
        "&lt;", "<"
    )
    assert len(answer.content) < 100_000


def test_values_are_counted_and_lead_to_their_services(client: TestClient) -> None:
    html = client.get("/fields/country").text
    found = re.findall(r'href="(/search\?q=country[^"]+)">([A-Z]{2})</a><span[^>]*>(\d+)', html)
    assert [(code, count) for _, code, count in found] == [("IT", "7"), ("FR", "2")]
    assert "<h1>7 services</h1>" in client.get(found[0][0]).text


def test_a_name_of_another_engine_leads_to_ours(client: TestClient) -> None:
    assert client.get("/fields/services.port").headers["location"] == "/fields/port"
    assert client.get("/fields/nope").status_code == 404


def test_the_list_is_searched_by_word(client: TestClient) -> None:
    words = text_of(client.get("/fields?word=challenge").text)
    assert "auth.scheme" in words
    assert "tls.cipher" not in words
