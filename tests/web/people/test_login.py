"""People log in, forms are ours, tokens are good for what they say, guessing takes long."""

import re
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser, fill

from gatewatch.web.people.book import Book
from gatewatch.web.people.throttle import Throttle
from gatewatch.web.site import Role

PASSWORD = "correct horse battery"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "people.db")
    book.add("mara", Role.ANALYST, PASSWORD, time.time())
    return book


def key_of(client: TestClient, path: str = "/login") -> str:
    found = re.search(r'name="key" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]


def log_in(client: TestClient, password: str = PASSWORD, **more: str) -> int:
    form = {"name": "mara", "password": password, "key": key_of(client), **more}
    return int(client.post("/login", data=form).status_code)


def test_without_a_login_pages_lead_there_and_back(browser: Browser, book: Book) -> None:
    client = browser(people=book.path)
    sent = client.get("/fields?word=tls")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/login?next=%2Ffields%3Fword%3Dtls"
    form = {"name": "mara", "password": PASSWORD, "key": key_of(client)}
    back = client.post("/login", data={**form, "next": "/fields?word=tls"})
    assert (back.status_code, back.headers["location"]) == (303, "/fields?word=tls")
    assert client.get("/fields").status_code == 200


def test_beyond_loopback_nobody_comes_in_without_people(browser: Browser, tmp_path: Path) -> None:
    client = browser(people=tmp_path / "none.db", login=True)
    assert client.get("/fields").status_code == 303
    assert client.get("/api/v1/fields").status_code == 401


@pytest.mark.parametrize("there", ["//evil.example.org/x", "https://evil.example.org", "/\\evil.x"])
def test_the_way_back_stays_on_this_site(browser: Browser, book: Book, there: str) -> None:
    client = browser(people=book.path)
    form = {"name": "mara", "password": PASSWORD, "key": key_of(client), "next": there}
    location = client.post("/login", data=form).headers["location"]
    assert re.match(r"/(?![/\\])", location)


def test_the_session_cookie_is_out_of_reach_and_new_at_each_login(
    browser: Browser, book: Book
) -> None:
    client = browser(people=book.path)
    form = {"name": "mara", "password": PASSWORD, "key": key_of(client)}
    cookie = client.post("/login", data=form).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    first = client.cookies["gatewatch"]
    assert len(first) >= 43
    assert log_in(client) == 303
    assert client.cookies["gatewatch"] != first
    assert book.in_session(first, time.time()) is None


def test_secrets_are_not_in_the_file(browser: Browser, book: Book) -> None:
    client = browser(people=book.path)
    log_in(client)
    _, secret = book.add_token("test", ("read",), time.time(), 60)
    kept = book.path.read_bytes()
    assert book.path.stat().st_mode & 0o777 == 0o600
    for word in (PASSWORD, client.cookies["gatewatch"], secret):
        assert word.encode() not in kept


def test_logging_out_ends_the_session_everywhere(browser: Browser, book: Book) -> None:
    client = browser(people=book.path)
    log_in(client)
    secret = client.cookies["gatewatch"]
    client.post("/logout", data={"key": key_of(client, "/fields")})
    client.cookies.set("gatewatch", secret)
    assert client.get("/fields").status_code == 303


def test_sessions_end_by_themselves(book: Book) -> None:
    now = time.time()
    secret = book.open_session("mara", now)
    assert book.in_session(secret, now + 3600)
    assert book.in_session(secret, now + 3600 + 2 * 3600 + 1) is None
    assert book.in_session(book.open_session("mara", now - 12 * 3600 - 1), now) is None


def test_another_password_and_removal_end_sessions(book: Book) -> None:
    now = time.time()
    secret = book.open_session("mara", now)
    book.set_password("mara", "another long password")
    assert book.in_session(secret, now) is None
    assert not book.matches("mara", PASSWORD)
    secret = book.open_session("mara", now)
    book.remove("mara")
    assert book.in_session(secret, now) is None


@pytest.mark.parametrize("key", ["", "0" * 32, "é"])
def test_a_form_of_another_site_is_refused(browser: Browser, book: Book, key: str) -> None:
    client = browser(people=book.path)
    form = {"name": "mara", "password": PASSWORD, "key": key}
    assert client.post("/login", data=form).status_code == 403


def test_a_form_that_the_browser_says_is_of_another_site_is_refused(
    browser: Browser, book: Book
) -> None:
    client = browser(people=book.path)
    form = {"name": "mara", "password": PASSWORD, "key": key_of(client)}
    answer = client.post("/login", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_key_of_one_visitor_is_not_that_of_another(browser: Browser, book: Book) -> None:
    first, second = browser(people=book.path), browser(people=book.path)
    key_of(second)
    form = {"name": "mara", "password": PASSWORD, "key": key_of(first)}
    assert second.post("/login", data=form).status_code == 403


def test_guessing_is_slowed_down_by_name(browser: Browser, book: Book) -> None:
    client = browser(people=book.path)
    answers = [log_in(client, "wrong wrong wrong") for _ in range(7)]
    assert answers[:5] == [401] * 5
    assert answers[-1] == 429
    assert log_in(client) == 429


def test_a_throttle_forgets_and_holds_no_more_than_it_may() -> None:
    now = [0.0]
    throttle = Throttle(2, most=100, clock=lambda: now[0])
    for n in range(500):
        throttle.failed(f"a{n}")
    throttle.failed("b")
    throttle.failed("b")
    throttle.failed("b")
    assert throttle.wait("b") == 2
    assert throttle.wait("a0") == 0
    assert len(throttle._failures) == 100
    now[0] = 3
    assert throttle.wait("b") == 0
    throttle.succeeded("b")
    throttle.failed("b")
    assert throttle.wait("b") == 0


def test_tokens_are_good_for_their_scopes_until_they_end(browser: Browser, book: Book) -> None:
    client = browser(people=book.path)
    now = time.time()
    token, secret = book.add_token("test", ("read",), now, 60)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/count", headers=bearer).status_code == 200
    refused = client.get("/api/v1/export", headers=bearer)
    assert (refused.status_code, refused.json()["error"]) == (403, "role-missing")
    assert client.get("/fields", headers=bearer).status_code == 303
    assert book.token_of(secret, now + 61) is None
    book.revoke(token.id)
    answer = client.get("/api/v1/count", headers=bearer)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_the_first_person_closes_an_open_door_at_once(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    client = browser(people=path)
    assert client.get("/fields").status_code == 200
    Book(path).add("mara", Role.READER, PASSWORD, time.time())
    assert client.get("/fields").status_code == 303


def test_forms_are_bounded(browser: Browser, book: Book) -> None:
    client = browser(people=book.path)
    assert client.post("/login", data={"password": "x" * 70_000}).status_code == 413
    assert client.post("/login", json={"name": "mara"}).status_code == 400
    assert client.post("/login", data={f"f{n}": "1" for n in range(80)}).status_code == 400


def test_a_lake_that_was_made_elsewhere_brings_no_people(tmp_path: Path) -> None:
    lake = fill(tmp_path / "lake")
    assert not [one for one in lake.rglob("*") if "people" in one.name]
