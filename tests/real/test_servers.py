"""What real servers say to one polite GET, byte for byte, and what we read in it."""

import re

import pytest
from tests.real.laboratory import Laboratory
from tests.real.services import GREETING, address_of

from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.head import parse_head

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_GET = b"GET / HTTP/1.1\r\nHost: %s:7547\r\nUser-Agent: test\r\nConnection: close\r\n\r\n"
_DATE = re.compile(rb"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")


def _answer(lab: Laboratory, name: str) -> bytes:
    """What the service says, its dates taken out."""
    address = address_of(name)
    return _DATE.sub(b"DATE", lab.ask(address, _GET % address.encode()))


def _fault(text: bytes) -> bytes:
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"'
        b' xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"'
        b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:ns="urn:gatewatch:connection">'
        b"<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>"
        b"<faultstring>" + text + b"</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body>"
        b"</SOAP-ENV:Envelope>\r\n"
    )


def test_gsoap_without_a_get_handler_answers_a_fault(lab: Laboratory) -> None:
    """Its Server header stops at 2.8: the patch level, and so most CVEs, cannot be told."""
    assert _answer(lab, "gsoap-fault") == (
        b"HTTP/1.1 405 Method Not Allowed\r\nServer: gSOAP/2.8\r\nX-Frame-Options: SAMEORIGIN\r\n"
        b"Content-Type: text/xml; charset=utf-8\r\nContent-Length: 493\r\n"
        b"Connection: close\r\n\r\n" + _fault(b"HTTP GET method not implemented")
    )


def test_gsoap_with_a_realm_challenges_before_it_names_itself(lab: Laboratory) -> None:
    assert _answer(lab, "gsoap-challenge") == (
        b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="gSOAP Web Service"\r\n'
        b"Server: gSOAP/2.8\r\nX-Frame-Options: SAMEORIGIN\r\n"
        b"Content-Type: text/xml; charset=utf-8\r\nContent-Length: 494\r\n"
        b"Connection: close\r\n\r\n" + _fault(b"Error 401: HTTP 401 Unauthorized")
    )


def test_mini_httpd_names_itself_first_and_says_ok_in_its_own_way(lab: Laboratory) -> None:
    server = lab.truth[address_of("mini-httpd")].server or ""
    assert _answer(lab, "mini-httpd") == (
        b"HTTP/1.1 200 Ok\r\nServer: " + server.encode() + b"\r\nDate: DATE\r\n"
        b"Content-Type: text/html; charset=UTF-8\r\nContent-Length: 3\r\n"
        b"Last-Modified: DATE\r\nConnection: close\r\n\r\nhi\n"
    )


def test_lighttpd_names_itself_last(lab: Laboratory) -> None:
    server = lab.truth[address_of("lighttpd")].server or ""
    assert _answer(lab, "lighttpd") == (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n"
        b"Accept-Ranges: bytes\r\nConnection: close\r\nDate: DATE\r\n"
        b"Server: " + server.encode() + b"\r\n\r\nhi\n"
    )


def test_mini_httpd_names_no_protocol_when_the_request_names_none(lab: Laboratory) -> None:
    """Neither its status line nor its Content-Type is what the standards allow."""
    answer = lab.ask(address_of("mini-httpd"), b"GET /\r\n\r\n")
    head = parse_head(answer.partition(b"\r\n\r\n")[0])
    assert (head.version, head.status, head.reason) == ("(null)", 400, "Bad Request")
    assert head.get("content-type") == "text/html; charset=%s"


def test_something_else_greets_before_it_is_asked(lab: Laboratory) -> None:
    assert _answer(lab, "ssh") == GREETING


def test_every_answer_is_read_as_it_was_meant(lab: Laboratory) -> None:
    read = {}
    for address in lab.truth:
        head, blank, body = lab.ask(address, _GET % address.encode()).partition(b"\r\n\r\n")
        answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head + blank, body)
        fields = read_facts(answer).fields
        read[address] = (fields["status"], fields["server"], fields["realm"])
    assert read == lab.truth
