import socket
from typing import TYPE_CHECKING

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.errors import BadArguments, PoliteRefusal
from gatewatch.scan import manners
from gatewatch.scan.manners import missing_on_line, pages

if TYPE_CHECKING:
    from tests.scan.conftest import Peer

CONTACT = "mailto:noc@example.net"


def test_pages_say_who_scans_why_and_how_to_be_left_out() -> None:
    made = pages("scan1.example.net", CONTACT, "We look for <routers>.")
    assert set(made) == {
        "index.html", ".well-known/probing.txt", ".well-known/security.txt", "reverse-name.txt",
    }  # fmt: skip
    probing = made[".well-known/probing.txt"]
    for field in ("Canonical: https://scan1.example.net/", f"Contact: {CONTACT}", "Expires: 20"):
        assert field in probing
    assert "Description: We look for <routers>." in probing
    assert "We look for &lt;routers&gt;." in made["index.html"]
    assert f"(+{CONTACT})" in made["index.html"]
    assert made["reverse-name.txt"].endswith("IN PTR scan1.example.net.\n")


@pytest.mark.parametrize("host", ["", "localhost", "a b.net", "x.net/..", "-a.net", "a" * 300])
def test_a_name_is_a_host_name(host: str) -> None:
    with pytest.raises(BadArguments, match="is no host name"):
        pages(host, CONTACT)


def test_a_contact_is_demanded() -> None:
    with pytest.raises(PoliteRefusal):
        pages("scan1.example.net", None)


def test_what_is_missing_is_listed() -> None:
    found = missing_on_line(
        parse_address("192.0.2.1"),
        source_of=lambda _: "198.51.100.9",
        name_of=lambda _: None,
        fetch=lambda _, path: 200 if path == "/" else 404,
    )
    assert [what.split(" at ")[0] for what in found] == [
        "a reverse name (PTR) for 198.51.100.9",
        "probing.txt (RFC 9511)",
        "security.txt (RFC 9116)",
    ]


def test_nothing_is_missing_where_all_is_there() -> None:
    assert (
        missing_on_line(parse_address("127.0.0.1"), name_of=lambda _: "scan1", fetch=lambda *_: 200)
        == []
    )


def test_pages_are_fetched_from_our_own_address(peer: "Peer") -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")

    assert manners._status("127.0.0.1", "/", peer(answer)) == 404
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert manners._status("127.0.0.1", "/", port) is None
