"""STUN of annex G: what devices ask, and what they hear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.protocol.stun import BINDING, binding_response, read_binding_request

OLD = bytes(range(1, 17))
NEW = b"\x21\x12\xa4\x42" + OLD[:12]


def request(*attributes: tuple[int, bytes], transaction: bytes = OLD) -> bytes:
    body = b"".join(
        kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
        for kind, value in attributes
    )
    return b"\x00\x01" + len(body).to_bytes(2, "big") + transaction + body


def test_a_binding_for_connection_requests_is_told_from_others() -> None:
    read = read_binding_request(request((0x0006, b"user"), (0xC001, BINDING)))
    assert read
    assert (read.username, read.for_connection_requests, read.changed) == ("user", True, False)
    plain = read_binding_request(request((0xC002, b"")))
    assert plain
    assert (plain.for_connection_requests, plain.changed) == (False, True)


def test_a_device_hears_where_it_was_seen() -> None:
    read = read_binding_request(request())
    assert read
    answer = binding_response(read, "192.0.2.7", 5060)
    assert answer == (
        b"\x01\x01\x00\x0c" + OLD + b"\x00\x01\x00\x08\x00\x01\x13\xc4\xc0\x00\x02\x07"
    )


def test_a_client_of_the_newer_standard_hears_it_disguised_as_well() -> None:
    read = read_binding_request(request(transaction=NEW))
    assert read
    answer = binding_response(read, "192.0.2.1", 32853)
    # RFC 5769 section 2.2: 192.0.2.1 port 32853 under the magic cookie.
    assert answer.endswith(b"\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43")


def test_an_ipv6_address_is_told_whole() -> None:
    read = read_binding_request(request())
    assert read
    assert len(binding_response(read, "2001:db8::1", 1)) == 20 + 4 + 20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        request()[:-1],
        request() + b"x",
        b"\x01\x01" + request()[2:],
        request((6, b"user")).replace(b"\0\4user", b"\0\x05user"),
        b"\x00\x01\x05\x00" + OLD + bytes(1280 + 300),
        b"GET / HTTP/1.1\r\n\r\n     ",
    ],
)
def test_what_is_no_binding_request_is_not_answered(data: bytes) -> None:
    assert read_binding_request(data) is None


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_are_none(data: bytes) -> None:
    read_binding_request(data)
    read_binding_request(request() + data)
