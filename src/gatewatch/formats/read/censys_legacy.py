"""Censys' host records until 2020: one JSON object a host, ports as keys.

Three spellings of one thing are read: `"7547": {"cwmp": {"get": ...}}` (API and JSON dumps),
`p7547` with numbers as strings and explicit nulls (BigQuery), and flattened keys such as
`7547.cwmp.get.headers.server` (Elastic exports, also below `_source`). Every port with a `cwmp`,
`http` or `https` answer becomes a service, and one that `protocols` names so without its answer
becomes a connected one; other protocols are left out. ZTag, which made these records, deletes
Date and Set-Cookie, keeps the first value of each header and no version of HTTP (zmap/ztag
transforms/http.py, cwmp.py), hence the marks.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.http_text import http_answer, rebuilt_head
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.json_values import (
    Table,
    address,
    array,
    moment,
    number,
    place_in,
    port,
    table,
    text,
)
from gatewatch.formats.zgrab import body_octets, header_pairs
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Place,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "censys-legacy"
SENTENCE = "Censys host records until 2020: JSON, BigQuery and Elastic exports (JSON lines)."
LINES = True

_MARKS = frozenset({Mark.REBUILT, Mark.PARTIAL, Mark.REDACTED})
_PROTOCOLS = ("cwmp", "http", "https")
_PORT = re.compile(r"p?([0-9]{1,5})")
_FLAT = re.compile(r"p?([0-9]{1,5})\.(cwmp|http|https)\.get\.(.+)", re.DOTALL)
_NAMED = re.compile(r"([0-9]{1,5})/([a-z0-9_-]+)")
_EMPTY = sha256(b"").hexdigest()

Service = tuple[int, str]


def sniff(head: bytes) -> bool:
    """Whether an object has a port as key, or protocols such as `7547/cwmp`."""
    return any(_is_host(_source(record)) for record in peek(head))


def _is_host(host: Table) -> bool:
    return any(
        (_PORT.fullmatch(key) and isinstance(value, dict)) or _FLAT.fullmatch(key)
        for key, value in host.items()
    ) or any(_NAMED.fullmatch(text(entry)) for entry in array(host.get("protocols")))


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each port of a host that speaks CWMP or HTTP."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one host record says; raises ValueError with the reason when it cannot be used."""
    host = _source(record.value)
    ip = address(host.get("ip"))
    place = _place(host)
    marks = _MARKS | {Mark.LOSSY} if record.lossy else _MARKS
    for (number_, _), get in _services(host).items():
        try:
            found = moment(get.get("timestamp")) or moment(host.get("updated_at"))
        except ValueError as problem:
            yield record.rejected(str(problem))
            continue
        seen_at = given.time_or(found, NAME)
        yield Observation(ip, number_, seen_at, _answer(get, marks), place)


def _source(record: Table) -> Table:
    """The document inside an Elastic hit, or the record itself."""
    return table(record.get("_source")) or record


def _services(host: Table) -> dict[Service, Table]:
    """The `get` object of each port and protocol, empty where only the name is known."""
    found: dict[Service, Table] = {}
    for key, value in host.items():
        if match := _PORT.fullmatch(key):
            for protocol in _PROTOCOLS:
                get = table(table(value).get(protocol)).get("get")
                if isinstance(get, dict):
                    _add(found, match[1], protocol).update(get)
        elif match := _FLAT.fullmatch(key):
            _put(_add(found, match[1], match[2]), match[3], value)
    for entry in array(host.get("protocols")):
        match = _NAMED.fullmatch(text(entry))
        if match and match[2] in _PROTOCOLS:
            _add(found, match[1], match[2])
    return found


def _add(found: dict[Service, Table], digits: str, protocol: str) -> Table:
    number_ = port(digits)
    return {} if number_ is None else found.setdefault((number_, protocol), {})


def _put(get: Table, path: str, value: object) -> None:
    """Sets a flattened member such as `headers.server`; deeper ones are not read."""
    name, dot, member = path.partition(".")
    inner = get.setdefault(name, {}) if dot else get
    if isinstance(inner, dict):
        inner[member if dot else name] = value


def _answer(get: Table, marks: frozenset[Mark]) -> Answer:
    status = number(get.get("status_code"))
    headers = header_pairs(table(get.get("headers")))
    body, exact = body_octets(get.get("body"), get.get("body_sha256"))
    if status is None and not headers and not body:
        return Answer(Spoke.CONNECTED, Outcome.SUCCESS)
    if not exact:
        marks |= {Mark.LOSSY}
    if not body and get.get("body_sha256") != _EMPTY and ("content_length", "0") not in headers:
        marks |= {Mark.NO_BODY}
    reason = text(get.get("status_line")).removeprefix(str(status)).lstrip(" ")
    return http_answer(rebuilt_head("", status, reason, headers), body, Outcome.SUCCESS, marks)


def _place(host: Table) -> Place | None:
    return place_in(
        _member(host, "location", "country_code"),
        _member(host, "autonomous_system", "asn"),
        _member(host, "autonomous_system", "name"),
        _member(host, "autonomous_system", "description"),
    )


def _member(host: Table, name: str, member: str) -> object:
    """A member of an inner object, which may be flattened."""
    inner = host.get(name)
    return inner.get(member) if isinstance(inner, dict) else host.get(f"{name}.{member}")
