"""Answers made from what scanners wrote: raw banner text, or headers already taken apart.

`answer_from_raw` cuts a banner into head and body and tells HTTP from other talk; `rebuilt_head`
writes a head again from parsed headers, in alphabetical order and usual spelling, so that the
same answer gives the same bytes whichever tool saw it. No value can forge a header line: CR, LF
and NUL become blanks. Everything is cut at the limits of model/observation.py, marked as such.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import itemgetter

from gatewatch.model.observation import BODY_LIMIT, HEAD_LIMIT, Answer, Mark, Outcome, Spoke
from gatewatch.protocol.head import parse_head

__all__ = [
    "NO_MARKS",
    "Tls",
    "answer_from_raw",
    "header_name",
    "http_answer",
    "octets",
    "rebuilt_head",
    "tls_pairs",
]

Tls = tuple[tuple[str, str], ...]
NO_MARKS: frozenset[Mark] = frozenset()

# Far beyond any header's name; it bounds what the tables of spelled names can hold.
_NAME_LIMIT = 256
_TRUNCATED = frozenset({Mark.TRUNCATED})
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FORGING = re.compile(r"[\r\n\x00]+")
_FORGING_NAME = re.compile(r"[\r\n\x00:]+")

# Header names whose usual spelling is not one capital a word (RFC 9110 section 16.3.1, and UPnP,
# SOAP and P3P headers that devices on port 7547 send).
_SPELLED = {
    name.lower(): name
    for name in (
        "Content-MD5",
        "DAV",
        "DNT",
        "ETag",
        "EXT",
        "HTTP2-Settings",
        "MIME-Version",
        "NTS",
        "P3P",
        "SID",
        "SOAPAction",
        "SOAPServer",
        "ST",
        "TE",
        "USN",
        "WWW-Authenticate",
        "X-DNS-Prefetch-Control",
        "X-UA-Compatible",
        "X-XSS-Protection",
    )
}


@lru_cache(maxsize=1024)
def header_name(name: str) -> str:
    """`www_authenticate`, `WWW_Authenticate` or `www-authenticate` as `WWW-Authenticate`."""
    name = name.replace("_", "-").lower()
    return _SPELLED.get(name) or "-".join(word.capitalize() for word in name.split("-"))


def octets(text: str) -> bytes:
    """`text` as the bytes it stood for.

    That is UTF-8, with bytes that Python read by `surrogateescape` put back; other half
    characters become question marks.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def rebuilt_head(
    version: str, status: int | None, reason: str, headers: Iterable[tuple[str, str | bytes]]
) -> bytes:
    """A head with the blank line, from parsed parts; the answer needs Mark.REBUILT.

    Names are spelled by `header_name` and sorted, equal names keep their order. An unknown
    `version` is left out, as is the status line when `status` is unknown; with nothing known at
    all the head is empty.
    """
    pairs = [(start, value) for name, value in headers if (start := _line_start(name))]
    pairs.sort(key=itemgetter(0))
    lines = [
        start + (value if isinstance(value, str) else value.decode("utf-8", "surrogateescape"))
        for start, value in pairs
    ]
    if status is not None:
        lines.insert(0, f"{version} {status:03d} {reason}")
    if not lines:
        return b""
    head = "\r\n".join(lines)
    ends = len(lines) - 1
    if head.count("\n") > ends or head.count("\r") > ends or "\x00" in head:
        head = "\r\n".join(_FORGING.sub(" ", line) for line in lines)
    return octets(head) + b"\r\n\r\n"


def http_answer(
    head: bytes,
    body: bytes = b"",
    outcome: Outcome = Outcome.SUCCESS,
    marks: frozenset[Mark] = NO_MARKS,
    tls: Tls = (),
) -> Answer:
    """An answer in HTTP, cut at the limits and marked when something was cut."""
    if len(head) > HEAD_LIMIT or len(body) > BODY_LIMIT:
        marks |= _TRUNCATED
        head, body = head[:HEAD_LIMIT], body[:BODY_LIMIT]
    return Answer(Spoke.HTTP, outcome, head, body, marks, tls)


def answer_from_raw(
    raw: bytes,
    outcome: Outcome = Outcome.SUCCESS,
    marks: frozenset[Mark] = NO_MARKS,
    tls: Tls = (),
) -> Answer:
    """The answer that begins with `raw`; without any bytes the service is just connected.

    HTTP is what has a status line (protocol/head.py), its body begins after the blank line; of
    other talk the first bytes are kept. A head that lacks its last LF gets it (masscan stops
    one byte early).
    """
    if not raw:
        return Answer(Spoke.CONNECTED, outcome, marks=marks, tls=tls)
    if raw.endswith(b"\r\n\r"):
        raw += b"\n"
    blank = _BLANK_LINE.search(raw, 0, HEAD_LIMIT + 4)
    end = blank.end() if blank else len(raw)
    if parse_head(raw[: min(end, HEAD_LIMIT)]).status is not None:
        return http_answer(raw[:end], raw[end:], outcome, marks, tls)
    if len(raw) > HEAD_LIMIT:
        marks |= _TRUNCATED
    return Answer(Spoke.OTHER, outcome, raw[:HEAD_LIMIT], b"", marks, tls)


def tls_pairs(**found: object) -> Tls:
    """What a source tells about TLS as an answer holds it; what is no text is missing."""
    return tuple(
        sorted((name, value) for name, value in found.items() if value and isinstance(value, str))
    )


@lru_cache(maxsize=1024)
def _line_start(name: str) -> str:
    """`name` spelled and with its colon, or nothing when it is no name."""
    plain = _FORGING_NAME.sub(" ", header_name(name[:_NAME_LIMIT])).strip()
    return plain + ": " if plain else ""
