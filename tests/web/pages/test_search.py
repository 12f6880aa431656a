"""The search page: counts, facets, what narrows, pages, files, and queries that fail."""

import csv
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.web.conftest import HOSTILE
from tests.web.crawling import links_of

from gatewatch.formats.export import exporters
from gatewatch.web.selection import FORMATS


def text_of(html: str) -> str:
    """What stands between the tags, blanks as one."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_count_is_the_heading_and_its_unit_is_told(client: TestClient) -> None:
    html = client.get("/search?q=country:Italy").text
    assert "<h1>7 services</h1>" in html
    assert "on 7 hosts · snapshot 2026-11-24" in text_of(html)
    assert "Read as <code>country:IT</code>" in html


def test_what_was_rewritten_is_told(client: TestClient) -> None:
    html = client.get("/search", params={"q": "metadata.product:gSOAP"}).text
    assert 'class="note" lang="en">' in html
    assert "product" in html


def test_each_value_narrows_by_a_link_and_is_excluded_by_its_button(client: TestClient) -> None:
    html = client.get("/search?q=country:IT").text
    urls = [parse_qs(urlsplit(link).query).get("q", [""])[0] for link in links_of(html).found]
    assert "country:IT server=gSOAP/2.7" in urls
    assert '<button class="minus" form="narrow" name="not" value="server=gSOAP/2.7"' in html
    away = client.get("/search", params={"q": "country:IT", "not": "server=gSOAP/2.7"})
    assert away.headers["location"] == "/search?q=country%3AIT+not+server%3DgSOAP%2F2.7"
    back = client.get(
        "/search", params={"q": "country:IT not server=gSOAP/2.7", "and": "server=gSOAP/2.7"}
    )
    assert back.headers["location"] == "/search?q=country%3AIT+server%3DgSOAP%2F2.7"


def test_each_facet_counts_what_its_link_finds(client: TestClient) -> None:
    html = client.get("/search").text
    found = re.findall(
        r'<li><a class="value(?: none)?" href="([^"]+)">[^<]*</a><span class="num note">(\d+)<',
        html,
    )
    assert len(found) > 12
    for link, count in found[::3]:
        page = client.get(link.replace("&amp;", "&")).text
        assert f"<h1>{count} service" in page, link


def test_a_clause_can_be_taken_away(client: TestClient) -> None:
    html = client.get("/search?q=country:IT+port:7547").text
    assert 'href="/search?q=port%3A7547" aria-label="remove country:IT"' in html


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("192.0.2.66", "/host/192.0.2.66"),
        (" 192[.]0[.]2[.]66 ", "/host/192.0.2.66"),
        ("2001:DB8::7", "/host/2001:db8::7"),
        ("192.0.2.77/24", "/net/192.0.2.0/24"),
        ("2001:db8::/32", "/net/2001:db8::/32"),
        ("AS64496", "/as/64496"),
    ],
)
def test_an_address_or_network_that_is_typed_has_its_own_page(
    client: TestClient, typed: str, page: str
) -> None:
    assert client.get("/search", params={"q": typed}).headers["location"] == page


def test_a_query_that_cannot_be_read_shows_where_and_is_offered_mended(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "port:7547 contry:IT"})
    assert answer.status_code == 400
    assert "<mark>contry:IT</mark>" in answer.text
    assert 'role="alert"' in answer.text
    assert 'href="/search?q=port%3A7547+country%3AIT">port:7547 country:IT</a>' in answer.text


def test_nothing_found_explains_itself(client: TestClient) -> None:
    html = client.get("/search", params={"q": "country:IT server:RomPager/4.09"}).text
    words = text_of(html)
    assert "0 services" in words
    assert "country:IT 7" in words
    assert "server:RomPager/4.09 0" in words
    near = re.search(r'The nearest query: <a class="value" href="([^"]+)">', html)
    assert near
    assert "<h1>0" not in client.get(near[1].replace("&amp;", "&")).text


def test_other_snapshots_that_have_it_are_named(client: TestClient) -> None:
    html = client.get("/search", params={"q": "ip:198.51.100.1/32"}).text
    assert "In other snapshots:" in html
    assert "1 service" in text_of(html)


def test_pages_follow_each_other_and_hold_each_service_once(client: TestClient) -> None:
    seen: list[str] = []
    link = "/search?q=snapshot:*&sort=server&down=1"
    while link:
        html = client.get(link).text
        seen += re.findall(r'<a class="ip" href="/host/([^"?]+)', html)
        after = re.search(r'href="([^"]+)" rel="next"', html)
        link = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == 27
    assert "gatewatch search 'snapshot:*' --sort server --descending" in html.replace("&#39;", "'")


@pytest.mark.parametrize(
    "bad",
    [
        "after=nonsense", "sort=cve", "sort=contry", "fields=nope", "fields=" + "ip," * 30,
        "down=2", "at=2020-01-01", "q=%ff", "and=%28", "q=" + "a" * 9000,
    ],
)  # fmt: skip
def test_bad_parameters_are_4xx_with_a_sentence(client: TestClient, bad: str) -> None:
    answer = client.get(f"/search?{bad}")
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text


def test_the_columns_that_were_asked_for_are_a_table(client: TestClient) -> None:
    html = client.get("/search?q=country:IT&fields=ip,server,cve,scan_time").text
    assert '<th scope="col">scan_time</th>' in html
    assert 'href="/host/198.51.100.2"' in html


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_a_file_with_a_safe_name(client: TestClient, name: str) -> None:
    answer = client.get(f"/search/export?q=country:IT&fields=ip,server&format={name}")
    assert answer.status_code == 200
    assert re.fullmatch(
        r'attachment; filename="gatewatch-2026-11-24\.[a-z.]+"',
        answer.headers["content-disposition"],
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content


@pytest.mark.parametrize("name", sorted(exporters()))
def test_other_systems_get_their_files(client: TestClient, name: str) -> None:
    answer = client.get(f"/search/export?q=country:IT&format={name}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert b"198.51.100.2" in answer.content or name == "cidrs"
    assert client.get(f"/search/export?q=port:1&format={name}").status_code in (200, 400)


def test_a_file_holds_every_service(client: TestClient) -> None:
    text = client.get("/search/export?q=*&fields=ip,port&format=csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 16
    lines = client.get("/search/export?q=*&format=ndjson").text.splitlines()
    assert {json.loads(line)["ip"] for line in lines} == {row["ip"] for row in rows}
    assert {row["ip"] for row in rows} >= set(HOSTILE)


def test_an_unknown_format_is_refused(client: TestClient) -> None:
    assert client.get("/search/export?format=exe").status_code == 400


def test_facets_have_a_page_of_their_own(client: TestClient) -> None:
    html = client.get("/search/facets?q=country:IT").text
    assert '<div id="facets">' in html
    assert 'href="/search?q=country%3AIT+server%3DgSOAP%2F2.7"' in html
    assert "Nothing found" in client.get("/search/facets?q=port:1").text


def test_a_long_query_makes_no_long_page(client: TestClient) -> None:
    query = " or ".join(f"port:{port}" for port in range(7500, 7580))
    answer = client.get("/search", params={"q": query})
    assert answer.status_code == 200
    assert 'form="narrow" name="and" value="country=IT"' in answer.text
    assert len(answer.content) < 100_000


ANYTHING = st.text(max_size=12) | st.sampled_from(
    ("country:IT", "server", "1", "latest", "ip,port", "2026-11-24", "csv", "host(port:7547)",
     'server=~"("', "first_seen>now-7d", "ip:::/0")
)  # fmt: skip
NAMES = ("q", "at", "sort", "down", "after", "fields", "and", "not", "format", "lang", "theme", "x")


@given(
    st.sampled_from(("/search", "/search/facets", "/search/export")),
    st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4),
)
@settings(max_examples=25)
def test_no_parameters_are_a_fault_of_the_server(
    shared_client: TestClient, path: str, given: dict[str, str]
) -> None:
    assert shared_client.get(path, params=given).status_code < 500
