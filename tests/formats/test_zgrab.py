"""Go's HTTP response as ZGrab writes it."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.http_text import NO_MARKS
from gatewatch.formats.json_values import Table
from gatewatch.formats.zgrab import (
    body_octets,
    first_response,
    header_pairs,
    request_port,
    response_answer,
    tls_of,
)
from gatewatch.model.observation import Mark, Outcome


def answer_of(response: Table) -> tuple[bytes, bytes, frozenset[Mark]]:
    answer = response_answer(response, Outcome.SUCCESS, NO_MARKS)
    assert answer is not None
    return answer.head, answer.body, answer.marks


@pytest.mark.parametrize(
    ("headers", "pairs"),
    [
        ({"server": ["a", "b"]}, [("server", "a"), ("server", "b")]),
        ({"server": "a"}, [("server", "a")]),
        ({"unknown": [{"key": "x_a", "value": ["1"]}]}, [("x_a", "1")]),
        ({"unknown": [{"key": "x_a", "value": "1"}]}, [("x_a", "1")]),
        ({"server": None, "date": 7, "unknown": ["x", {}], "a": [None, {}]}, []),
    ],
)
def test_headers_come_in_several_shapes(headers: Table, pairs: list[tuple[str, str]]) -> None:
    assert header_pairs(headers) == pairs


def test_a_response_becomes_a_rebuilt_answer() -> None:
    head, body, marks = answer_of(
        {
            "status_line": "401 Unauthorized",
            "status_code": 401,
            "protocol": "HTTP/1.1",
            "headers": {"server": ["gSOAP/2.7"]},
            "transfer_encoding": ["chunked"],
            "body": "x",
        }
    )
    assert head == (
        b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert body == b"x"
    assert marks == {Mark.REBUILT}


def test_raw_headers_are_the_head() -> None:
    raw = b"HTTP/1.0 200 OK\nserver: x\n\n"
    encoded = base64.b64encode(raw).decode()
    assert answer_of({"status_code": 200, "headers_raw": encoded}) == (raw, b"", frozenset())


def test_raw_headers_that_are_no_base64_are_passed_over() -> None:
    head, _, marks = answer_of({"status_code": 200, "status_line": "200", "headers_raw": "=?"})
    assert head == b" 200 \r\n\r\n"
    assert marks == {Mark.REBUILT}


@pytest.mark.parametrize("status", [None, "four", -1, 1000, [401]])
def test_without_a_status_there_is_no_answer(status: object) -> None:
    assert response_answer({"status_code": status}, Outcome.SUCCESS, NO_MARKS) is None


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (b"plain", "plain"),
        ("caf\xe9".encode(), "caf\xe9"),
        ("caf\xe9".encode("latin-1"), "caf\xe9"),
        (b"\xb9\xe2\xc3\xa8", "ueLDqA=="),
        (b"ueLDqA==", "ueLDqA=="),
    ],
)
def test_the_digest_tells_how_a_body_was_written(body: bytes, written: str) -> None:
    assert body_octets(written, sha256(body).hexdigest()) == (body, True)


@pytest.mark.parametrize(("digest", "exact"), [("0" * 64, False), (None, True), ("abc", True)])
def test_a_body_that_cannot_be_proven_is_taken_as_it_is(digest: object, exact: bool) -> None:
    assert body_octets("ueLDqA==", digest) == (b"ueLDqA==", exact)


@given(st.binary(min_size=1))
def test_a_body_survives_base64(body: bytes) -> None:
    written = base64.b64encode(body).decode()
    assert body_octets(written, sha256(body).hexdigest()) == (body, True)


def test_an_unproven_body_is_marked() -> None:
    assert answer_of({"status_code": 200, "body": "\ufffd", "body_sha256": "0" * 64})[2] == {
        Mark.REBUILT,
        Mark.LOSSY,
    }


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("192.0.2.1:7547", 7547),
        ("[2001:db8::1]:30005", 30005),
        ("2001:db8::1", None),
        ("192.0.2.1", None),
        ("192.0.2.1:http", None),
        (None, None),
    ],
)
def test_the_port_stands_in_the_address_of_the_request(host: object, port: int | None) -> None:
    assert request_port({"request": {"url": {"host": host}}}) == port


def test_the_first_of_followed_redirects_is_the_service() -> None:
    assert first_response({"response": {"a": 1}}) == {"a": 1}
    assert first_response({"response": {"a": 1}, "redirect_response_chain": [{"b": 2}]}) == {"b": 2}


def test_a_handshake_gives_certificate_and_cipher() -> None:
    log = {
        "server_hello": {"version": {"name": "TLSv1.2"}, "cipher_suite": {"name": "X"}},
        "server_certificates": {"certificate": {"parsed": {"subject_dn": "CN=a"}}},
    }
    assert tls_of(log) == (("cipher", "X"), ("subject", "CN=a"), ("version", "TLSv1.2"))
