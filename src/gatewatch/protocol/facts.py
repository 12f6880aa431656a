"""The facts of an answer: what it says by itself, before anything is concluded from it.

`read_facts` reads an answer once and gives two things:
- `fields`: the value of every field of the response that needs no fingerprint, keyed by its
  name in the field catalogue (`FACT_FIELDS` lists them). None: the answer does not say, or its
  source did not keep it (the field `marks` tells which). An empty Server header is the value "".
  A field of many values has a list of them, or None.
- `features`: the texts that fingerprints match on, keyed by `FEATURES`. A feature that the
  answer lacks is not in the mapping.

Never raises, whatever the bytes. Bytes become text as Latin-1, one character a byte; only titles
are tried as UTF-8 first, since people read them. The answer is expected to be masked already
(`protocol/masking.py`): patterns see `nonce="<hex32>"`, not the nonce.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from gatewatch.model.observation import Answer, Mark, Spoke
from gatewatch.protocol.challenge import parse_challenges
from gatewatch.protocol.head import Head, parse_head, text

__all__ = ["FACT_FIELDS", "FEATURES", "Fact", "Facts", "read_facts"]

FACT_FIELDS = (
    *("spoke", "outcome", "status", "reason", "http.version", "server", "auth.scheme", "realm"),
    *(
        "title",
        "content.type",
        "headers",
        "header",
        "body.size",
        "body.sha256",
        "oddities",
        "marks",
    ),
    *("tls", "tls.version", "tls.cipher", "tls.subject", "tls.issuer", "tls.sha256"),
)

FEATURES: dict[str, str] = {
    "http.status": "Status line, with single blanks: HTTP/1.1 401 Unauthorized.",
    "http.server": "Value of the Server header; may be empty.",
    "http.realm": "Realm of the first challenge that has one; may be empty.",
    "http.challenge": "Values of all WWW-Authenticate headers as sent, one a line, masked.",
    "http.header": "Every header line as `name: value`, one a line, names in lower case.",
    "http.names": "Names of the header lines as sent, blank-separated; only when all are known.",
    "http.head": "Status line and header lines as sent; only when they are the device's own.",
    "http.title": "Title of the HTML page in the body.",
    "http.body": "Start of the body; may be empty; missing when the source keeps no bodies.",
    "http.location": "Value of the Location header.",
    "http.cookies": "Names of the cookies set, blank-separated.",
    "http.oddities": "Where the answer breaks the grammar of HTTP, blank-separated.",
    "other.banner": "First bytes of a service that does not speak HTTP.",
    "tls.subject": "Subject of the TLS certificate.",
}
"""What fingerprints match on: name and one sentence; `data/fingerprints/http_server.toml` holds
the patterns for `http.server`. Where the order of headers is not the device's, `http.names` is
sorted and `http.head` is missing; `http.names` is missing too where some headers are unknown,
so its presence means that an absent header was really not sent."""

Fact = str | int | list[str] | None
Fields = dict[str, Fact]

_NOTHING: Fields = dict.fromkeys(FACT_FIELDS)
# The headers that are read one by one.
_TELLING = frozenset({"server", "content-type", "location", "set-cookie", "www-authenticate"})
_TITLE = re.compile(rb"<title(?:\s[^>]{0,200}+)?>([^<]{0,512}+)", re.IGNORECASE)
_EMPTY_SHA256 = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Facts:
    """What one answer says by itself; see the module."""

    fields: Mapping[str, Fact]
    features: Mapping[str, str]


def read_facts(answer: Answer) -> Facts:
    """The facts of a masked answer."""
    fields = _NOTHING.copy()
    fields["spoke"] = answer.spoke.value
    fields["outcome"] = answer.outcome.value
    if answer.marks:
        fields["marks"] = sorted(map(str, answer.marks))
    features: dict[str, str] = {}
    if answer.tls:
        _read_tls(answer, fields, features)
    if answer.spoke is Spoke.HTTP:
        head = parse_head(answer.head)
        _read_head(head, answer, fields, features)
        _read_body(head, answer, fields, features)
    elif answer.head:
        features["other.banner"] = text(answer.head)
    return Facts(fields, features)


def _read_tls(answer: Answer, fields: Fields, features: dict[str, str]) -> None:
    fields["tls"] = True
    for name, value in answer.tls:
        if f"tls.{name}" in fields:
            fields[f"tls.{name}"] = value
        if name == "subject":
            features["tls.subject"] = value


def _read_head(head: Head, answer: Answer, fields: Fields, features: dict[str, str]) -> None:
    lines: list[str] = []
    told: dict[str, list[str]] = {}
    for name, value in head.headers:
        key = name.lower()
        lines.append(f"{key}: {value}")
        if key in _TELLING:
            told.setdefault(key, []).append(value)
    features["http.header"] = "\n".join(lines)
    fields["header"] = lines or None
    if head.status is not None:
        fields["status"] = head.status
        fields["reason"] = head.reason
        fields["http.version"] = head.version
        features["http.status"] = f"{head.version} {head.status} {head.reason}".strip()
    if head.oddities:
        fields["oddities"] = list(head.oddities)
        features["http.oddities"] = " ".join(head.oddities)
    if server := told.get("server"):
        fields["server"] = features["http.server"] = server[0]
    if kind := told.get("content-type"):
        fields["content.type"] = kind[0].partition(";")[0].strip().lower()
    if location := told.get("location"):
        features["http.location"] = location[0]
    if cookies := told.get("set-cookie"):
        features["http.cookies"] = " ".join(map(_cookie_name, cookies))
    if challenges := told.get("www-authenticate"):
        _read_challenges(challenges, fields, features)
    _read_order(head, answer, fields, features)


def _read_order(head: Head, answer: Answer, fields: Fields, features: dict[str, str]) -> None:
    """What is only known when every header is (names), and in the device's own order (head)."""
    if Mark.PARTIAL in answer.marks:
        return
    names = [name for name, _ in head.headers]
    if Mark.REBUILT in answer.marks:
        names.sort(key=str.lower)
    else:
        features["http.head"] = text(answer.head).replace("\r\n", "\n").rstrip("\n")
    fields["headers"] = features["http.names"] = " ".join(names)


def _read_challenges(values: list[str], fields: Fields, features: dict[str, str]) -> None:
    features["http.challenge"] = "\n".join(values)
    scheme, realm = _scheme_and_realm(tuple(values))
    fields["auth.scheme"] = scheme
    if realm is not None:
        fields["realm"] = features["http.realm"] = realm


@lru_cache(maxsize=16384)
def _scheme_and_realm(values: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Masked challenges repeat: some thousands stand for all."""
    challenges = parse_challenges(values)
    realms = (realm for one in challenges if (realm := one.get("realm")) is not None)
    return challenges[0].scheme if challenges else None, next(realms, None)


def _read_body(head: Head, answer: Answer, fields: Fields, features: dict[str, str]) -> None:
    body = answer.body
    if Mark.NO_BODY in answer.marks:
        if head.get("content-length") == "0":
            features["http.body"] = ""
        return
    features["http.body"] = text(body)
    fields["body.size"] = len(body)
    fields["body.sha256"] = sha256(body).hexdigest() if body else _EMPTY_SHA256
    title = _title(body) if body else None
    if title is not None:
        fields["title"] = features["http.title"] = title


def _title(body: bytes) -> str | None:
    """The first title, entities resolved and blanks single; None when there is none."""
    start = body.lower().find(b"<title")
    found = _TITLE.match(body, start) if start >= 0 else None
    if found is None:
        return None
    try:
        raw = found[1].decode("utf-8")
    except UnicodeDecodeError:
        raw = text(found[1])
    return " ".join(html.unescape(raw).split())


def _cookie_name(value: str) -> str:
    return value.partition("=")[0].strip()
