"""What ZGrab 1, ZGrab2 and Censys' legacy data share: Go's HTTP response as JSON.

Field names are those of zgrab2's lib/http/response.go and header.go, zgrab's zlib/http.go and
ztag's http transform. Header names are lower case with `_`; about 70 known ones are members, all
others stand in the list `unknown`. Bodies are text, or Base64 without any flag when they are no
UTF-8: their SHA-256 tells.
"""

import base64
import binascii
import re
from hashlib import sha256

from gatewatch.formats.http_text import Tls, http_answer, octets, rebuilt_head, tls_pairs
from gatewatch.formats.json_values import Table, array, dig, number, port, table, text
from gatewatch.model.observation import Answer, Mark, Outcome

__all__ = [
    "body_octets",
    "first_response",
    "header_pairs",
    "request_port",
    "response_answer",
    "tls_of",
]

_REBUILT = frozenset({Mark.REBUILT})

_BASE64 = re.compile(r"[A-Za-z0-9+/]++={0,2}+")


def header_pairs(headers: Table) -> list[tuple[str, str]]:
    """(name, value) of every header value; a value is a list of strings, or one string."""
    pairs = []
    for name, values in headers.items():
        if name == "unknown":
            for entry in map(table, array(values)):
                pairs += _pairs(text(entry.get("key")), entry.get("value"))
        else:
            pairs += _pairs(name, values)
    return pairs


def _pairs(name: str, values: object) -> list[tuple[str, str]]:
    if isinstance(values, list):
        return [(name, value) for value in values if isinstance(value, str)]
    return [(name, values)] if isinstance(values, str) else []


def first_response(result: Table) -> Table:
    """The service's own response: the first of the chain when redirects were followed."""
    chain = array(result.get("redirect_response_chain"))
    return table(chain[0] if chain else result.get("response"))


def response_answer(response: Table, outcome: Outcome, marks: frozenset[Mark]) -> Answer | None:
    """The answer in a `response` object, None when that has no status."""
    status = number(response.get("status_code"))
    if status is None or not 0 <= status <= 999:
        return None
    head = _raw_head(response)
    if not head:
        marks = marks | _REBUILT if marks else _REBUILT
        headers = header_pairs(table(response.get("headers")))
        # Go takes Transfer-Encoding out of the headers.
        headers += _pairs("transfer_encoding", response.get("transfer_encoding"))
        head = rebuilt_head(_version(response), status, _reason(response, status), headers)
    body, exact = body_octets(response.get("body"), response.get("body_sha256"))
    if not exact:
        marks |= {Mark.LOSSY}
    log = dig(response, "request", "tls_log", "handshake_log")
    return http_answer(head, body, outcome, marks, tls_of(log) if log else ())


def _raw_head(response: Table) -> bytes:
    raw = response.get("headers_raw")
    if not isinstance(raw, str):
        return b""
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _version(response: Table) -> str:
    """`HTTP/1.1` from a string (zgrab2) or {name, major, minor} (zgrab 1)."""
    protocol = response.get("protocol")
    if isinstance(protocol, dict):
        protocol = protocol.get("name")
    return text(protocol)


def _reason(response: Table, status: int) -> str:
    """The status line holds no version, `404 Not Found`; some tools keep the reason only."""
    line = text(response.get("status_line"))
    return line.removeprefix(str(status)).lstrip(" ")


def body_octets(value: object, digest: object) -> tuple[bytes, bool]:
    """The body's bytes, and whether they are exactly those that were sent.

    `digest` is the hex SHA-256 over the bytes as sent, which tells UTF-8, Latin-1 and Base64
    apart; without it the text is taken as it is.
    """
    if not isinstance(value, str) or not value:
        return b"", True
    plain = octets(value)
    if not isinstance(digest, str) or len(digest) != 64 or _is_digest(plain, digest):
        return plain, True
    for other in (_from_base64(value), _from_latin1(value)):
        if other and _is_digest(other, digest):
            return other, True
    return plain, False


def _is_digest(data: bytes, digest: str) -> bool:
    return sha256(data).hexdigest() == digest


def _from_base64(value: str) -> bytes:
    if len(value) % 4 or not _BASE64.fullmatch(value):
        return b""
    return base64.b64decode(value)


def _from_latin1(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return b""


def request_port(response: Table) -> int | None:
    """The port that the address of the request names, None when it names none."""
    host = text(dig(response, "request", "url", "host"))
    name, _, digits = host.rpartition(":")
    plain = name and (name.endswith("]") or ":" not in name)
    return port(digits) if plain else None


def tls_of(handshake: object) -> Tls:
    """What is kept of a zcrypto handshake log."""
    parsed = dig(handshake, "server_certificates", "certificate", "parsed")
    hello = dig(handshake, "server_hello")
    return tls_pairs(
        subject=dig(parsed, "subject_dn"),
        issuer=dig(parsed, "issuer_dn"),
        sha256=dig(parsed, "fingerprint_sha256"),
        version=dig(hello, "version", "name"),
        cipher=dig(hello, "cipher_suite", "name"),
    )
