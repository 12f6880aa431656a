"""Reports on a page: figures that lead somewhere, refusals that lead back, files of the same."""

import csv
import html
import io
import json
import re
import shlex
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser
from tests.web.street import street

from gatewatch.cli.main import run
from gatewatch.formats.write import writers

VIEWS = ("bars", "table", "trend", "map", "rare", "anomaly", "compare", "survival")


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> object:
    return street(tmp_path_factory.mktemp("street") / "lake")


@pytest.fixture
def page(browser: Browser, streets: object) -> TestClient:
    """A browser before three snapshots of a street."""
    return browser(lake=streets)


def address(**values: str | int) -> str:
    return f"/report?{urlencode(values)}"


def rows(text: str) -> list[list[str]]:
    """What the tables of a page say."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(
            r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for body in bodies
        for row in re.findall(r"<tr.*?</tr>", body)
    ]  # fmt: skip


def view(name: str) -> str:
    by = {"map": "country", "anomaly": ""}.get(name, "server")
    return address(view=name, by=by)


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_has_figures_a_table_and_is_light(page: TestClient, name: str) -> None:
    reply = page.get(view(name))
    assert reply.status_code == 200
    assert rows(reply.text)
    assert len(reply.content) < 100_000


@pytest.mark.parametrize("name", ["bars", "trend", "map"])
def test_a_chart_is_a_figure_with_its_table(page: TestClient, name: str) -> None:
    text = page.get(view(name)).text
    assert text.count("<figure>") == text.count("<svg xmlns") > 0
    assert "<svg" not in page.get(view("table")).text


def test_each_value_is_there_with_rank_share_and_what_was_before(page: TestClient) -> None:
    found = rows(page.get(address(by="server")).text)
    assert found[0] == ["1", "gSOAP/2.7", "196", "220", "−24 (−10.9 %)", "42.8 %", "42.8 %"]
    assert found[-1][1] == "no server"


def test_what_is_beyond_the_first_is_other(page: TestClient) -> None:
    found = rows(page.get(address(by="server", n=2)).text)
    assert [row[1] for row in found] == ["gSOAP/2.7", found[1][1], "other (3 values)", "no server"]


@pytest.mark.parametrize("name", ["bars", "map", "compare"])
def test_each_number_leads_to_exactly_what_it_counts(page: TestClient, name: str) -> None:
    text = page.get(view(name)).text
    links = re.findall(r'<td class="num"><a href="/search\?([^"]+)">([\d,]+)</a>', text)
    assert links
    for query, number in links[:6]:
        asked = f"/report?{html.unescape(query)}&by=port&view=table"
        told = page.get(asked).text
        total = re.search(r"total (\d[\d,]*\d|\d)", told)
        assert (total[1] if total else "0") == number, query


def test_a_bar_and_its_row_lead_to_the_same_place(page: TestClient) -> None:
    text = page.get(address(by="server", q="country:IT")).text
    bars = re.findall(r'<a href="([^"]+)" tabindex="-1">', text)
    cells = re.findall(r'<td class="num"><a href="([^"]+)">', text)
    assert bars == cells


def test_a_cross_tab_has_a_link_in_each_cell(page: TestClient) -> None:
    reply = page.get(address(by="country", by2="server", n=10))
    assert reply.text.count('<td class="num"><a') >= 50
    assert len(reply.content) < 100_000


@pytest.mark.parametrize("format_", sorted(writers()))
def test_the_table_is_there_in_every_format(page: TestClient, format_: str) -> None:
    reply = page.get(f"/report/export?by=server&q=country:IT&format={format_}")
    assert reply.status_code == 200
    assert reply.headers["content-disposition"].startswith("attachment")
    assert len(reply.content) > 100


def test_a_file_holds_the_figures_of_the_page(page: TestClient) -> None:
    shown = rows(page.get(address(by="server", n=3)).text)
    text = page.get("/report/export?by=server&n=3&format=csv").text
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row[2] for row in shown] == [f"{int(one['services']):,}" for one in read]


def test_a_format_that_is_none_is_refused(page: TestClient) -> None:
    assert page.get("/report/export?by=server&format=exe").status_code == 400


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (address(view="map", by="server"), "--map is drawn of countries"),
        (address(view="trend", by="server", by2="country"), "--over goes with one field"),
        (address(by="servr"), "there is no field"),
        (address(n="0"), "give 1 to"),
        (address(n="1" * 20), "is no such number"),
        (address(view="pie"), "is none of these"),
        (address(preset="nobody"), "there is no preset"),
        (address(view="anomaly", by="server"), "looks at all fields by itself"),
        (address(view="compare", a="nowhere:x", b="country:IT"), "nowhere"),
        (address(view="trend", q="snapshot:2026-11-20"), "needs two snapshots"),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_way_back(
    page: TestClient, asked: str, said: str
) -> None:
    reply = page.get(asked)
    assert reply.status_code == 400
    assert said in html.unescape(reply.text)
    assert 'role="alert"' in reply.text
    assert re.search(
        r'<(form class="card row" action="/report"|a class="button" href="/")', (reply.text)
    )


def test_nothing_found_explains_itself_clause_by_clause(page: TestClient) -> None:
    text = page.get(address(q="country:IT server:nobody", by="vendor")).text
    assert ["country:IT", "99"] in rows(text)
    assert ["server:nobody", "0"] in rows(text)


def test_hostile_values_stay_words(page: TestClient) -> None:
    text = page.get(address(by="server")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "\u202e" not in page.get(address(by="realm")).text


@pytest.mark.parametrize("name", VIEWS)
def test_the_command_line_shown_gives_the_same_figures(
    page: TestClient,
    streets: object,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = page.get(view(name) + "&q=country%3AIT").text
    shown = re.search(r"<code>(gatewatch report [^<]+)</code>", text)
    assert shown
    words = shlex.split(html.unescape(shown[1]))[1:]
    assert run([*words, "--lake", str(streets), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    numbers = {cell for row in rows(text) for cell in row}
    for row in told[:3]:
        number = row.get("services", row.get("after"))
        if name != "survival" and number is not None:
            assert f"{number:,}" in numbers


def test_the_page_speaks_french(page: TestClient) -> None:
    text = page.get(address(by="server"), headers={"Accept-Language": "fr"}).text
    assert "Services par server" in html.unescape(text)
    assert "Ce tableau en fichier" in text
