"""Cases in the browser: for analysts, people hidden until a name is opened on record."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.signin import SignIn
from gatewatch.watch.assets import Assets, parse_asset
from gatewatch.watch.audit import audit_lines
from gatewatch.watch.book import Book
from gatewatch.watch.cases import Cases
from gatewatch.watch.finding import Advice, Evidence, Finding, Severity
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.pseudonyms import Pseudonyms, shown_as
from gatewatch.watch.signins import add

Browser = Callable[..., TestClient]
NOW = parse_moment("2026-11-24T12:00:00Z")
HOME = parse_address("198.51.100.7")
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    """A folder with one sign-in, one case of it with a hostile device, and one network."""
    path = tmp_path / "watch"
    add(path, [SignIn("alice.muster", HOME, NOW, "okta")], now=NOW)
    who = Pseudonyms(WatchFolder(path).key("pseudonyms")).who("alice.muster")
    evidence = Evidence(HOME, 7547, NOW, NOW, 0.96, "1 h apart")
    finding = Finding(
        "vulnerable-router", "response 1", who, Severity.HIGH, 0.96, Advice.STEP_UP,
        f"signs in from behind {HOSTILE}", (evidence,), 1, 1,
    )  # fmt: skip
    with Cases.open(path) as cases:
        cases.record([finding], NOW)
    with Assets.open(path) as assets:
        assets.add([parse_asset("egress", "203.0.113.0/24", HOSTILE)])
    return path


@pytest.fixture
def client(browser: Browser, watch: Path) -> TestClient:
    return browser(watch=watch)


def lines(watch: Path) -> list[str]:
    with Book.open(WatchFolder(watch)) as book:
        return [str(line) for line in audit_lines(book)]


def key_in(html: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found
    return found[1]


def post(client: TestClient, path: str, **form: str) -> httpx.Response:
    html = client.get("/watch/case/1").text
    answer: httpx.Response = client.post(path, data={"key": key_in(html), **form})
    return answer


def test_cases_are_listed_without_names_or_homes(client: TestClient) -> None:
    html = client.get("/watch").text
    assert "1 case" in html
    assert 'href="/watch/case/1"' in html
    assert "alice" not in html
    assert str(HOME) not in html


def test_a_case_shows_its_evidence_under_a_pseudonym(client: TestClient, watch: Path) -> None:
    html = client.get("/watch/case/1").text
    who = Pseudonyms(WatchFolder(watch).key("pseudonyms")).who("alice.muster")
    assert shown_as(who) in html
    assert str(HOME) in html
    assert "alice" not in html


@pytest.mark.parametrize(
    "path", ["/watch", "/watch/case/1", "/watch/assets", "/watch/letter?vendor=%3Cscript%3Ealert"]
)
def test_what_devices_and_people_wrote_is_escaped(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert "<script>alert" not in html
    assert "\u202e" not in html


def test_a_name_is_opened_on_record(client: TestClient, watch: Path) -> None:
    answer = post(client, "/watch/case/1/name", reason="the letter")
    assert "alice.muster" in answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert "alice" not in str(answer.url)
    noted = lines(watch)
    assert any("opened the name of case 1" in line and "the letter" in line for line in noted)


def test_no_name_is_opened_without_a_reason(client: TestClient) -> None:
    answer = post(client, "/watch/case/1/name", reason=" ")
    assert answer.status_code == 400
    assert "alice" not in answer.text


def test_a_form_of_another_site_opens_nothing(client: TestClient, watch: Path) -> None:
    answer = client.post("/watch/case/1/name", data={"key": "wrong", "reason": "x"})
    assert answer.status_code == 403
    assert not [line for line in lines(watch) if "opened" in line]


def test_a_case_is_moved_noted_and_assigned(client: TestClient, watch: Path) -> None:
    post(client, "/watch/case/1", state="told", note="letter sent", assigned="helpdesk")
    with Cases.open(watch) as cases:
        case, history = cases.one(1), cases.history(1)
    assert (str(case.state), case.assigned) == ("told", "helpdesk")
    assert "letter sent" in {event.note for event in history}
    html = client.get("/watch?state=told").text
    assert 'href="/watch/case/1"' in html
    assert "1 case" not in client.get("/watch?state=mended").text


@pytest.mark.parametrize("path", ["/watch/case/2", "/watch/case/x", "/watch/case/99999999999"])
def test_a_case_that_is_none_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_letter_is_shown_and_is_about_nobody(client: TestClient) -> None:
    html = client.get("/watch/letter?vendor=AVM").text
    assert "Your router at home" in html
    assert str(HOME) not in html
    assert "Votre" in client.get("/watch/letter", headers={"accept-language": "fr"}).text


def test_looking_makes_no_folder(browser: Browser, tmp_path: Path) -> None:
    client = browser(watch=tmp_path / "nothing")
    assert "gatewatch watch import" in client.get("/watch").text
    assert client.get("/watch/assets").status_code == 200
    assert client.get("/watch/case/1").status_code == 404
    assert not (tmp_path / "nothing").exists()


def test_pages_speak_french(client: TestClient) -> None:
    html = client.get("/watch", headers={"accept-language": "fr"}).text
    assert "Règle" in html
