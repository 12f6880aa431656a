"""httpx of ProjectDiscovery: one JSON object a probed URL.

The head is the device's own when `raw_header` was kept (`-irh`); from `header` it is written
again, with values joined by the tool; without both only Server, Content-Type, Content-Length and
Location are known. When redirects to another place were followed, what was kept belongs to the
last one, so the service itself keeps its status alone. Field names: httpx runner/types.go.
"""

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import urlsplit

from gatewatch.formats.given import Given
from gatewatch.formats.go_errors import dial_outcome
from gatewatch.formats.http_text import (
    NO_MARKS,
    Tls,
    answer_from_raw,
    http_answer,
    octets,
    rebuilt_head,
    tls_pairs,
)
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.json_values import (
    Table,
    address,
    array,
    dig,
    moment,
    number,
    place_in,
    port,
    table,
    text,
)
from gatewatch.model.address import Address, parse_address
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "httpx"
SENTENCE = "Output of ProjectDiscovery httpx (-json)."
LINES = True

_LOSSY = frozenset({Mark.LOSSY})
_NO_BODY = frozenset({Mark.NO_BODY})
_REBUILT = frozenset({Mark.REBUILT})
_FEW = frozenset({Mark.REBUILT, Mark.PARTIAL})
_STATUS_ONLY = frozenset({Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY})
# Members that repeat a header's value when `header` was not asked for.
_REPEATED = (
    ("server", "webserver"),
    ("content-type", "content_type"),
    ("content-length", "content_length"),
    ("location", "location"),
)


def sniff(head: bytes) -> bool:
    """Whether an object is a probed URL with what came of it."""
    return any(
        record.keys() >= {"input", "url"}
        and not record.keys().isdisjoint({"webserver", "status_code", "failed"})
        for record in peek(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, or one failure to reach it, for each URL."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one probe says; raises ValueError with the reason when it cannot be used."""
    probe = record.value
    answer = _answer(probe, _LOSSY if record.lossy else NO_MARKS)
    if answer is None:
        if probe.get("failed") is not True:
            raise ValueError('no "status_code", and not "failed"')
        yield Unanswered(dial_outcome(text(probe.get("error"))))
        return
    asn = table(probe.get("asn"))
    yield Observation(
        _address(probe),
        given.port_or(port(probe.get("port")), NAME),
        given.time_or(moment(probe.get("timestamp")), NAME),
        answer,
        place_in(asn.get("as_country"), asn.get("as_number"), asn.get("as_name")),
    )


def _address(probe: Table) -> Address:
    """The address asked: newer versions write `host_ip`, older ones `host` or the first of `a`."""
    addresses = array(probe.get("a"))
    for value in (probe.get("host_ip"), probe.get("host"), addresses[0] if addresses else None):
        try:
            return parse_address(text(value))
        except ValueError:
            continue
    return address(probe.get("host_ip") or probe.get("host"))


def _answer(probe: Table, marks: frozenset[Mark]) -> Answer | None:
    status = number(probe.get("status_code"))
    tls = _tls(table(probe.get("tls")))
    if status is None:
        return None
    if _went_elsewhere(probe):
        first = next(iter(array(probe.get("chain_status_codes"))), None)
        head = rebuilt_head("", number(first), "", ())
        return http_answer(head, b"", Outcome.SUCCESS, marks | _STATUS_ONLY, tls)
    body = octets(text(probe.get("body")))
    if not body and number(probe.get("content_length")) != 0:
        marks |= _NO_BODY
    raw = answer_from_raw(octets(text(probe.get("raw_header"))))
    if raw.spoke is Spoke.HTTP:
        return http_answer(raw.head, body, Outcome.SUCCESS, marks | raw.marks, tls)
    pairs = [(name, text(value)) for name, value in table(probe.get("header")).items()]
    marks |= _REBUILT if pairs else _FEW
    head = rebuilt_head("", status, "", pairs or _repeated(probe))
    return http_answer(head, body, Outcome.SUCCESS, marks, tls)


def _went_elsewhere(probe: Table) -> bool:
    """Whether redirects led to another host or port than the one asked."""
    final = text(probe.get("final_url"))
    return bool(final) and _place_in_net(final) != _place_in_net(text(probe.get("url")))


def _place_in_net(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _repeated(probe: Table) -> list[tuple[str, str]]:
    found = ((name, probe.get(member)) for name, member in _REPEATED)
    return [(name, str(value)) for name, value in found if isinstance(value, (str, int)) and value]


def _tls(tls: Table) -> Tls:
    return tls_pairs(
        subject=tls.get("subject_dn"),
        issuer=tls.get("issuer_dn"),
        sha256=dig(tls, "fingerprint_hash", "sha256"),
        version=tls.get("tls_version"),
        cipher=tls.get("cipher"),
    )
