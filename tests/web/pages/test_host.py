"""The host page: evidence, weaknesses, the raw answer, history, what is shared."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.conftest import HOSTILE
from tests.web.pages.test_search import text_of


def test_the_page_says_what_it_is_and_why(client: TestClient) -> None:
    html = client.get("/host/198.51.100.2").text
    words = text_of(html)
    assert "198.51.100.2 gSOAP" in words
    assert "IT · AS64496 Example Telecom · snapshot 2026-11-24" in words
    assert re.search(r"because of gSOAP/2.7 \(rule http_server/gsoap[a-z0-9-]* , \d", words)
    assert "<mark>gSOAP/2.7</mark>" in html
    assert "gatewatch host 198.51.100.2" in words


def test_weaknesses_say_why_and_how_to_mend(client: TestClient) -> None:
    words = text_of(client.get("/host/198.51.100.2").text)
    assert "CVE-2017-9765 Devil" in words
    assert "likely" in words
    assert re.search(r"Risk \d+ of 100", words)


@pytest.mark.parametrize("ip", HOSTILE)
def test_hostile_answers_are_shown_as_text_and_bounded(client: TestClient, ip: str) -> None:
    answer = client.get(f"/host/{ip}")
    assert answer.status_code == 200
    assert len(answer.content) < 100_000
    for bad in ("<script>alert", "\u202e", "\0", "\x1b", "onerror=alert(1)>", "<img"):
        assert bad not in answer.text, bad
    assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|\b49\b", answer.text)


def test_the_answer_is_kept_as_it_came(client: TestClient) -> None:
    page = client.get("/host/192.0.2.66").text
    link = re.search(r'href="(/host/192.0.2.66/raw\?[^"]+)" download', page)
    assert link
    answer = client.get(link[1].replace("&amp;", "&"))
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == 'attachment; filename="192.0.2.66-7547.txt"'
    assert b"Server: <script>alert(1)</script>\r\n" in answer.content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/host/192.0.2.66/raw?port=1", 400),
        ("/host/192.0.2.66/raw?port=x", 400),
        ("/host/192.0.2.66/raw?response=nope", 400),
        ("/host/printer", 400),
        ("/host/192.0.2.0%2F24", 404),
        ("/host/198.18.0.1", 404),
        ("/host/192.0.2.66?at=2020-01-01", 404),
        ("/host/198.51.100.2?a=2026-11-20&b=nope", 404),
    ],
)
def test_what_is_not_there_is_told(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "<h1" in answer.text


def test_an_address_of_ipv6_has_its_networks(client: TestClient) -> None:
    html = client.get("/host/2001:db8::7").text
    assert 'href="/net/2001:db8::7/48"' in html
    assert "RomPager" in html


def test_history_has_a_cell_for_each_snapshot(client: TestClient) -> None:
    html = client.get("/host/198.51.100.1").text
    cells = re.findall(r'<a href="([^"]+)" class="(\w*)" title="([^"]+)">', html)
    assert [(look, words) for _, look, words in cells] == [
        ("changed", "2026-11-20: first seen"),
        ("", "2026-11-24: not seen"),
    ]
    assert client.get(cells[0][0]).status_code == 200


def test_two_snapshots_stand_side_by_side(client: TestClient) -> None:
    html = client.get("/host/198.51.100.1?a=2026-11-20&b=2026-11-24&port=7547").text
    assert "<td><mark>Server: gSOAP/2.7</mark></td><td></td>" in html


def test_what_it_shares_is_counted_and_leads_there(client: TestClient) -> None:
    html = client.get("/host/198.51.100.2").text
    found = re.search(r'href="(/search\?q=response%3D[^"]+)">(\d+)</a>', html)
    assert found
    assert f"<h1>{int(found[2]) + 1} services</h1>" in client.get(found[1]).text


@given(
    st.one_of(st.ip_addresses().map(str), st.text(max_size=20)),
    st.dictionaries(
        st.sampled_from(("at", "a", "b", "port", "response")),
        st.sampled_from(("2026-11-20", "latest", "7547", "x", "", "-1")) | st.text(max_size=8),
        max_size=3,
    ),
)
@settings(max_examples=20)
def test_no_address_is_a_fault_of_the_server(
    shared_client: TestClient, ip: str, values: dict[str, str]
) -> None:
    path = f"/host/{quote(ip, safe='', errors='replace')}"
    assert shared_client.get(path, params=values).status_code < 500
