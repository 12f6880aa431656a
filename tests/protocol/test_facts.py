"""What an answer says by itself."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import FACT_FIELDS, FEATURES, Facts, read_facts

GATEWAY = (
    b"HTTP/1.1 401 Unauthorized\r\n"
    b"Connection: Keep-Alive\r\n"
    b'WWW-Authenticate: Digest realm="gateway",nonce="<hex32>", qop="auth", algorithm="MD5"\r\n'
    b"Content-Length: 0\r\n\r\n"
)
# Said by fingerprints, not by the answer itself.
CONCLUDED = {
    *("software", "software.version", "vendor", "model", "device.type", "firmware", "role"),
    *("confidence", "cve", "finding", "verdict", "risk", "risk.band"),
}


def facts_of(head: bytes, body: bytes = b"", *marks: Mark) -> Facts:
    return read_facts(Answer(Spoke.HTTP, Outcome.SUCCESS, head, body, frozenset(marks)))


def head_of(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *lines, "")).encode("latin-1")


def test_every_response_field_is_a_fact_or_a_conclusion() -> None:
    fields = {
        name for name, field in FIELDS.items() if field.home is Home.RESPONSE and not field.computed
    }
    assert set(FACT_FIELDS) == fields - CONCLUDED


def test_a_digest_answer_gives_its_facts() -> None:
    facts = facts_of(GATEWAY)
    assert facts.fields == {
        "spoke": "http",
        "outcome": "success",
        "status": 401,
        "reason": "Unauthorized",
        "http.version": "HTTP/1.1",
        "server": None,
        "auth.scheme": "digest",
        "realm": "gateway",
        "title": None,
        "content.type": None,
        "headers": "Connection WWW-Authenticate Content-Length",
        "body.size": 0,
        "body.sha256": sha256(b"").hexdigest(),
        "oddities": None,
        "marks": None,
        **dict.fromkeys(name for name in FIELDS if name.startswith("tls")),
        "header": facts.features["http.header"].split("\n"),
    }
    assert facts.features == {
        "http.status": "HTTP/1.1 401 Unauthorized",
        "http.realm": "gateway",
        "http.challenge": 'Digest realm="gateway",nonce="<hex32>", qop="auth", algorithm="MD5"',
        "http.header": (
            "connection: Keep-Alive\n"
            'www-authenticate: Digest realm="gateway",nonce="<hex32>", qop="auth", '
            'algorithm="MD5"\n'
            "content-length: 0"
        ),
        "http.names": "Connection WWW-Authenticate Content-Length",
        "http.head": GATEWAY.decode().replace("\r\n", "\n").rstrip("\n"),
        "http.body": "",
    }


def test_an_empty_server_header_is_a_value_and_a_missing_one_is_none() -> None:
    assert facts_of(head_of("Server: ")).fields["server"] == ""
    assert facts_of(head_of("Content-Length: 0")).fields["server"] is None


def test_the_first_of_several_server_headers_counts() -> None:
    assert facts_of(head_of("SERVER: first", "Server: second")).fields["server"] == "first"


def test_the_realm_may_come_with_a_later_challenge() -> None:
    facts = facts_of(head_of("WWW-Authenticate: Negotiate", 'WWW-Authenticate: Basic realm=" a "'))
    assert facts.fields["auth.scheme"] == "negotiate"
    assert facts.fields["realm"] == " a "
    assert facts.features["http.challenge"] == 'Negotiate\nBasic realm=" a "'


def test_text_in_place_of_a_challenge_stays_a_feature() -> None:
    facts = facts_of(head_of("WWW-Authenticate: d=3 set_mask=0x4"))
    assert facts.fields["auth.scheme"] is None
    assert facts.features["http.challenge"] == "d=3 set_mask=0x4"


def test_a_content_type_loses_its_parameters() -> None:
    facts = facts_of(head_of("Content-Type: Text/XML ; charset=utf-8"))
    assert facts.fields["content.type"] == "text/xml"


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<html><TITLE>Object Not\r\n  Found</TITLE>", "Object Not Found"),
        (b'<title lang="en">a &amp; b</title>', "a & b"),
        ("<title>Démarrage</title>".encode(), "Démarrage"),
        ("<title>Démarrage</title>".encode("latin-1"), "Démarrage"),
        (b"<title></title>", ""),
        (b"<title>cut off", "cut off"),
        (b"<titles>no</titles>", None),
        (b"<p>no title</p>", None),
    ],
)
def test_a_title_is_read(body: bytes, title: str | None) -> None:
    assert facts_of(head_of(), body).fields["title"] == title


def test_headers_without_a_status_line_tell_no_status() -> None:
    facts = facts_of(b"Server: x\r\n\r\n")
    assert facts.fields["status"] is facts.fields["reason"] is facts.fields["http.version"] is None
    assert facts.fields["server"] == "x"
    assert "http.status" not in facts.features


def test_oddities_and_cookies_are_named() -> None:
    facts = facts_of(b"HTTP/1.1 200 OK\nset-cookie: C0=<hex8>; path=/\nSet-Cookie: C1=x\n\n")
    assert facts.fields["oddities"] == ["bare-lf"]
    assert facts.features["http.cookies"] == "C0 C1"


def test_unknown_headers_leave_the_order_and_what_is_absent_open() -> None:
    facts = facts_of(GATEWAY, b"", Mark.PARTIAL, Mark.REBUILT)
    assert facts.fields["headers"] is None
    assert facts.fields["marks"] == ["partial", "rebuilt"]
    assert "http.names" not in facts.features
    assert "http.head" not in facts.features


def test_rebuilt_headers_are_sorted() -> None:
    facts = facts_of(GATEWAY, b"", Mark.REBUILT)
    assert facts.fields["headers"] == "Connection Content-Length WWW-Authenticate"
    assert "http.head" not in facts.features


def test_a_body_that_was_not_kept_is_unknown() -> None:
    facts = facts_of(head_of("Content-Length: 20"), b"", Mark.NO_BODY)
    assert facts.fields["body.size"] is None
    assert facts.fields["body.sha256"] is None
    assert "http.body" not in facts.features


def test_a_body_that_was_not_kept_but_is_declared_empty_is_empty() -> None:
    assert facts_of(GATEWAY, b"", Mark.NO_BODY).features["http.body"] == ""


def test_another_protocol_gives_its_first_bytes_only() -> None:
    facts = read_facts(Answer(Spoke.OTHER, Outcome.PROTOCOL_ERROR, b"SSH-2.0-x\r\n"))
    assert facts.features == {"other.banner": "SSH-2.0-x\r\n"}
    assert {name for name, value in facts.fields.items() if value is not None} == {
        "spoke",
        "outcome",
    }


def test_a_certificate_subject_is_read_without_http() -> None:
    tls = (("issuer", "CN=a"), ("subject", "CN=router"))
    facts = read_facts(Answer(Spoke.CONNECTED, Outcome.IO_TIMEOUT, tls=tls))
    assert facts.fields["tls.subject"] == facts.features["tls.subject"] == "CN=router"


@given(
    st.sampled_from(Spoke),
    st.binary(max_size=300) | st.binary(max_size=200).map(lambda text: b"HTTP/1.1 200 OK\n" + text),
    st.binary(max_size=300),
    st.frozensets(st.sampled_from(Mark)),
)
def test_no_bytes_raise(spoke: Spoke, head: bytes, body: bytes, marks: frozenset[Mark]) -> None:
    facts = read_facts(Answer(spoke, Outcome.SUCCESS, head, body, marks))
    assert facts.features.keys() <= FEATURES.keys()
    assert tuple(facts.fields) == FACT_FIELDS
