"""Scans on a page: real ones, of simulated devices on loopback."""

import html
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser, fill

from gatewatch.acs.devices import SimulatedDevices
from gatewatch.cli.main import run

STREET = [f"127.77.31.{host}" for host in range(1, 13)]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one scan that has ended, whose name is made hostile as far as a folder can be."""
    folder = tmp_path_factory.mktemp("scans")
    lake = fill(folder / "lake")
    (folder / "lab.txt").write_text("\n".join(STREET), encoding="ascii")
    with SimulatedDevices(STREET, port=0, closed=0.2) as devices:
        scope = ["--scope", str(folder / "lab.txt"), "--lab", "--port", str(devices.port)]
        run(["scan", "run", *scope, "--lake", str(lake), "--yes", "-q"])
    return lake


@pytest.fixture
def page(browser: Browser, scanned: Path) -> TestClient:
    return browser(lake=scanned)


@pytest.fixture
def name(scanned: Path) -> str:
    [only] = [path.name for path in (scanned / "scans").iterdir()]
    return only


def test_scans_are_listed_with_their_standing(page: TestClient, name: str) -> None:
    text = page.get("/scans").text
    assert f'href="/scans/{name}"' in text
    assert "100.0 %" in text
    assert "http-equiv" not in text, "what has ended is not looked at again and again"


def test_a_scan_shows_plan_outcomes_and_metadata(page: TestClient, name: str) -> None:
    text = html.unescape(page.get(f"/scans/{name}").text)
    for words in ("12 addresses", "success", "connect", "gatewatch_version", "User-Agent"):
        assert words in text
    assert "Stop this scan" not in text, "it has ended"


def test_operators_stop_a_scan_and_leave_addresses_out(
    page: TestClient, name: str, scanned: Path
) -> None:
    key = re.search(r'name="key" value="(\w+)"', page.get("/saved").text)
    assert key is not None
    form = {"key": key[1], "addresses": "127.77.31.3", "reason": "they <b>asked</b>"}
    assert page.post(f"/scans/{name}/exclude", data=form).status_code == 303
    assert "127.77.31.3" in (scanned / "scans" / name / "exclusions.txt").read_text("utf-8")
    assert "they &lt;b&gt;asked&lt;/b&gt;" in page.get(f"/scans/{name}").text
    assert page.post(f"/scans/{name}/stop", data={"key": key[1]}).status_code == 303
    assert (scanned / "scans" / name / "stop").exists()
    wrong = {**form, "addresses": "nobody"}
    assert page.post(f"/scans/{name}/exclude", data=wrong).status_code == 400


@pytest.mark.parametrize("path", ["nowhere", "%2e%2e", "..%2f..%2fetc", "a%00b", "x" * 300])
def test_what_is_no_scan_is_not_found(page: TestClient, path: str) -> None:
    assert page.get(f"/scans/{path}").status_code in (400, 404)


def test_without_scans_the_page_says_how_to_begin(client: TestClient) -> None:
    assert "gatewatch scan plan" in client.get("/scans").text
