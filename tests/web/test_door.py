"""What is refused before anything is looked at, and what every reply says."""

import pytest
from starlette.testclient import TestClient
from tests.web.conftest import Browser


@pytest.mark.parametrize("path", ["/fields", "/none", "/static/style.css", "/api/v1/fields", "/"])
def test_every_reply_forbids_what_is_not_ours(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8474", 200),
        ("localhost:1", 200),
        ("[::1]:8474", 200),
        ("web.example.org", 200),
        ("evil.example.com", 400),
        ("127.0.0.1.evil.example.com", 400),
        ("192.0.2.1", 400),
        ("", 400),
    ],
)
def test_only_our_own_names_are_answered(browser: Browser, host: str, status: int) -> None:
    client = browser(hosts=("web.example.org",))
    assert client.get("/fields", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static/style.css%00.txt",
        "/%5cevil.example.org",
        "/host//evil.example.org/",
        "/host/..%2f..%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_out_of_the_site(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "value", ["a%0d%0aSet-Cookie:x=1", "%0d%0a%0d%0a<script>", "%e2%80%a8Set-Cookie:x=1"]
)
def test_no_value_of_an_address_becomes_a_header(client: TestClient, value: str) -> None:
    for path in (f"/fields?word={value}&lang=fr", f"/fields?theme=dark&{value}=1"):
        answer = client.get(path)
        assert "x" not in answer.cookies
        assert "\n" not in answer.headers.get("location", "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_refused_with_those_that_are_not(client: TestClient, method: str) -> None:
    answer = client.request(method, "/fields")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_a_page_without_a_form_takes_none(client: TestClient) -> None:
    answer = client.post("/fields", data={"key": "x"})
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_head_is_get_without_a_body(client: TestClient) -> None:
    answer = client.head("/fields")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.options("/fields").status_code == 204


def test_long_addresses_and_many_parameters_are_refused(client: TestClient) -> None:
    assert client.get("/fields", params={"word": "x" * 9000}).status_code == 414
    assert client.get("/fields?" + "&".join(f"a{n}=1" for n in range(70))).status_code == 400
    assert client.get("/fields?word=%ff").status_code == 400


def test_what_a_proxy_says_is_believed_only_where_one_is_known(browser: Browser) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1"}
    assert browser().get("/fields", headers=headers).status_code == 400
    assert browser(proxy=True).get("/fields", headers=headers).status_code == 200


def test_an_unknown_page_says_so_and_leads_back(client: TestClient) -> None:
    answer = client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "<script>" not in answer.text
    assert 'href="/"' in answer.text


def test_over_https_cookies_and_pages_never_travel_without(browser: Browser) -> None:
    answer = browser(secure=True).get("/fields?theme=dark")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]
