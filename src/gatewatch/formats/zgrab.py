"""What ZGrab 1, ZGrab2 and Censys' legacy data share: Go's HTTP response as JSON, Go's errors.

Field names are those of zgrab2's lib/http/response.go and header.go, zgrab's zlib/http.go and
ztag's http transform. Header names are lower case with `_`; about 70 known ones are members, all
others stand in the list `unknown`. Bodies are text, or Base64 without any flag when they are no
UTF-8: their SHA-256 tells.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from hashlib import sha256

from gatewatch.formats.http_text import http_answer, octets, rebuilt_head
from gatewatch.formats.json_values import Table, array, dig, number, table, text
from gatewatch.model.observation import HEAD_LIMIT, Answer, Mark, Outcome

__all__ = ["body_octets", "dial_outcome", "header_pairs", "malformed", "response_answer", "tls_of"]

Tls = tuple[tuple[str, str], ...]

REBUILT = frozenset({Mark.REBUILT})

_BASE64 = re.compile(r"[A-Za-z0-9+/]++={0,2}+")
# Go's net/http and zgrab2's copy of it: badStringError("malformed HTTP response", line), as %q.
_MALFORMED = re.compile(r'malformed HTTP response "((?:[^"\\]++|\\.)*+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SHORT = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))


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


def response_answer(response: Table, outcome: Outcome, marks: frozenset[Mark]) -> Answer | None:
    """The answer in a `response` object, None when that has no status."""
    status = number(response.get("status_code"))
    if status is None or not 0 <= status <= 999:
        return None
    head = _raw_head(response)
    if not head:
        marks = marks | REBUILT if marks else REBUILT
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


def malformed(error: str) -> bytes | None:
    """The first line of what was no HTTP, from Go's error about it; None for other errors."""
    match = _MALFORMED.search(error)
    if match is None:
        return None
    # An escape takes at most four characters for each byte.
    return b"".join(_unquoted(match[1][: 4 * HEAD_LIMIT]))


def _unquoted(quoted: str) -> Iterator[bytes]:
    r"""Go's %q undone: `\xHH` is one byte, `\u` and `\U` a character, the rest as in C."""
    at = 0
    for match in _ESCAPE.finditer(quoted):
        yield octets(quoted[at : match.start()])
        byte, short_code, long_code, char = match.groups()
        code = short_code or long_code
        if byte:
            yield bytes.fromhex(byte)
        elif code:
            yield octets(chr(int(code, 16))) if int(code, 16) < 0x110000 else b"?"
        else:
            yield octets(_SHORT.get(char, char))
        at = match.end()
    yield octets(quoted[at:])


def dial_outcome(error: str) -> Outcome:
    """How a connection failed to be made, from Go's words (net.OpError)."""
    for words, outcome in (
        ("refused", Outcome.CONNECTION_REFUSED),
        ("reset", Outcome.CONNECTION_RESET),
        ("timeout", Outcome.CONNECTION_TIMEOUT),
        ("timed out", Outcome.CONNECTION_TIMEOUT),
        ("unreachable", Outcome.HOST_UNREACHABLE),
        ("no route", Outcome.HOST_UNREACHABLE),
    ):
        if words in error:
            return outcome
    return Outcome.UNKNOWN_ERROR


def tls_of(handshake: object) -> Tls:
    """What is kept of a zcrypto handshake log."""
    parsed = dig(handshake, "server_certificates", "certificate", "parsed")
    hello = dig(handshake, "server_hello")
    found = {
        "subject": dig(parsed, "subject_dn"),
        "issuer": dig(parsed, "issuer_dn"),
        "sha256": dig(parsed, "fingerprint_sha256"),
        "version": dig(hello, "version", "name"),
        "cipher": dig(hello, "cipher_suite", "name"),
    }
    return tuple(sorted((name, value) for name, value in found.items() if isinstance(value, str)))
