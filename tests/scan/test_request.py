import pytest

from gatewatch import __version__
from gatewatch.model.address import parse_address
from gatewatch.model.errors import PoliteRefusal
from gatewatch.scan.request import build_request, user_agent


def test_the_request_is_one_get_and_says_who_asks() -> None:
    agent = user_agent("https://scan.example.net/")
    assert build_request(parse_address("192.0.2.7"), 7547, agent) == (
        b"GET / HTTP/1.1\r\n"
        b"Host: 192.0.2.7:7547\r\n"
        b"User-Agent: gatewatch/" + __version__.encode() + b" (+https://scan.example.net/)\r\n"
        b"Accept: */*\r\n"
        b"Connection: close\r\n"
        b"\r\n"
    )


@pytest.mark.parametrize(
    ("address", "port", "host"),
    [
        ("192.0.2.7", 80, b"192.0.2.7"),
        ("2001:db8::7", 7547, b"[2001:db8::7]:7547"),
        ("2001:db8::7", 80, b"[2001:db8::7]"),
    ],
)
def test_host_is_the_address_with_its_port(address: str, port: int, host: bytes) -> None:
    assert b"\r\nHost: " + host + b"\r\n" in build_request(parse_address(address), port, "x")


@pytest.mark.parametrize(
    "contact", ["https://scan.example.net/a?b=c", "http://192.0.2.1/", "mailto:noc@example.net"]
)
def test_a_contact_is_a_page_or_a_mail_address(contact: str) -> None:
    assert user_agent(contact) == f"gatewatch/{__version__} (+{contact})"


@pytest.mark.parametrize(
    "contact",
    ["noc@example.net", "ftp://example.net", "https://", "mailto:noc", "https://a b", "",
     "https://a\r\nX-Evil: 1", "https://example.net/\n", "https://" + "a" * 200, "mailto:ü@x.de"],
)  # fmt: skip
def test_anything_else_is_refused(contact: str) -> None:
    with pytest.raises(PoliteRefusal, match="is no contact: give a web page"):
        user_agent(contact)


def test_without_a_contact_nobody_is_asked() -> None:
    with pytest.raises(PoliteRefusal, match="nobody who is asked could tell who asks"):
        user_agent(None)


def test_a_lab_needs_no_contact_but_says_that_it_is_one() -> None:
    assert user_agent(None, lab=True) == f"gatewatch/{__version__} (lab)"
