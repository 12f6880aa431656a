"""What Censys' Search 2.0 and Platform records share: HTTP answers, banners, certificates, places.

Header values come as `{"Server": ["gSOAP/2.7"], "_encoding": {...}}` (Search 2.0) or as
`{"Server": {"headers": ["gSOAP/2.7"]}}` (Platform). Censys replaces what changes in each answer,
such as Date and nonces, by `<REDACTED>`.
"""

import base64
import binascii

from gatewatch.formats.http_text import (
    Tls,
    answer_from_raw,
    http_answer,
    octets,
    rebuilt_head,
    tls_pairs,
)
from gatewatch.formats.json_values import Table, dig, number, place_in, table, text
from gatewatch.model.observation import Answer, Mark, Outcome, Place, Spoke

__all__ = ["answer_of_banner", "answer_of_http", "header_pairs", "place_of", "tls_of"]

_REDACTED = b"<REDACTED>"


def answer_of_http(http: Table, marks: frozenset[Mark], tls: Tls) -> Answer | None:
    """The answer in an `http.response` or `endpoints[].http` object, None when it holds none."""
    status = number(http.get("status_code"))
    headers = header_pairs(table(http.get("headers")))
    if status is None and not headers:
        return None
    head = rebuilt_head(
        text(http.get("protocol")), status, text(http.get("status_reason")), headers
    )
    marks |= {Mark.REBUILT}
    if status is None:
        marks |= {Mark.PARTIAL}  # an export of chosen fields
    if _REDACTED in head:
        marks |= {Mark.REDACTED}
    body = octets(text(http.get("body")))
    size = number(http.get("body_size"))
    if not body and size != 0:
        marks |= {Mark.NO_BODY}
    elif size is not None and size > len(body):
        marks |= {Mark.TRUNCATED}
    return http_answer(head, body, Outcome.SUCCESS, marks, tls)


def answer_of_banner(service: Table, marks: frozenset[Mark], tls: Tls) -> Answer:
    """The answer in `banner_hex` or `banner`; without both the service is just connected."""
    encoding = dig(service, "_encoding", "banner")
    raw = _decoded(text(service.get("banner_hex")), "DISPLAY_HEX") or _decoded(
        text(service.get("banner")), encoding
    )
    if _REDACTED in raw:
        marks |= {Mark.REDACTED}
    if raw:
        answer = answer_from_raw(raw, marks=marks, tls=tls)
        if answer.spoke is not Spoke.HTTP or answer.body:
            return answer
        return answer_from_raw(raw, marks=marks | {Mark.NO_BODY}, tls=tls)
    return Answer(Spoke.CONNECTED, Outcome.SUCCESS, marks=marks, tls=tls)


def header_pairs(headers: Table) -> list[tuple[str, bytes]]:
    """(name, value) of every header value, in either spelling."""
    encodings = table(headers.get("_encoding"))
    pairs = []
    for name, values in headers.items():
        if name == "_encoding":
            continue
        if isinstance(values, dict):
            values = values.get("headers")
        listed = values if isinstance(values, list) else [values]
        pairs += [
            (name, _decoded(value, encodings.get(name)))
            for value in listed
            if isinstance(value, str)
        ]
    return pairs


def _decoded(value: str, encoding: object) -> bytes:
    try:
        if encoding == "DISPLAY_HEX":
            return binascii.unhexlify(value)
        if encoding == "DISPLAY_BASE64":
            return base64.b64decode(value, validate=True)
    except ValueError:
        return b""
    return octets(value)


def tls_of(service: Table) -> Tls:
    """What is kept of the TLS handshake and the certificate."""
    leaf = dig(service, "tls", "certificates", "leaf_data") or dig(service, "cert", "parsed")
    return tls_pairs(
        subject=dig(leaf, "subject_dn"),
        issuer=dig(leaf, "issuer_dn"),
        sha256=dig(service, "cert", "fingerprint_sha256") or service.get("certificate"),
        version=dig(service, "tls", "version_selected"),
        cipher=dig(service, "tls", "cipher_selected"),
    )


def place_of(host: Table) -> Place | None:
    """Country and network of a host, None when neither is known."""
    system = table(host.get("autonomous_system"))
    return place_in(
        dig(host, "location", "country_code"),
        system.get("asn"),
        system.get("name"),
        system.get("description"),
    )
