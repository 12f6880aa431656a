"""IntelMQ events, one JSON object a line with flat dotted keys.

Keys are those of IntelMQ's data format (harmonization.conf); what has none stands below `extra.`.
Class: `vulnerable-system` of the taxonomy `vulnerable` (RSIT), identifier `open-cwmp`, as IntelMQ
itself classes Shadowserver's report.
"""

from collections.abc import Iterable, Iterator
from typing import TextIO

from gatewatch.model.exposed import About, Exposed
from gatewatch.model.hostile import json_line

__all__ = ["LIMIT", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "intelmq"
SENTENCE = "IntelMQ events, one JSON object a line."
SUFFIXES = (".ndjson", ".jsonl")
LIMIT = None

_FIXED = {
    "feed.name": "gatewatch",
    "protocol.transport": "tcp",
    "protocol.application": "cwmp",
    "classification.taxonomy": "vulnerable",
    "classification.type": "vulnerable-system",
    "classification.identifier": "open-cwmp",
}
_EXTRA = {
    "extra.http_code": "status",
    "extra.http_reason": "reason",
    "extra.realm": "realm",
    "extra.software": "software",
    "extra.software_version": "software.version",
    "extra.device_type": "device.type",
    "extra.firmware": "firmware",
    "extra.role": "role",
    "extra.risk": "risk",
    "extra.risk_band": "risk.band",
}


def write(services: Iterable[Exposed], about: About, out: TextIO) -> None:
    """Writes a line for each service."""
    for one in services:
        known = ((key, value) for key, value in _event(one, about) if value not in (None, ""))
        out.write(f"{json_line(dict(known))}\n")


def _event(one: Exposed, about: About) -> Iterator[tuple[str, str | int | None]]:
    yield from _FIXED.items()
    yield "time.source", _moment(one.seen_at)
    yield "time.observation", _moment(about.last_seen)
    yield "source.ip", str(one.ip)
    yield "source.port", one.port
    yield "source.asn", one.number("asn")
    yield "source.as_name", one.text("as.name")
    yield "source.geolocation.cc", one.text("country").upper()
    yield "product.full_name", one.product
    yield "product.vulnerabilities", ",".join(flaw.cve for flaw in one.flaws)
    yield "event_description.text", "Connection request port of CWMP (TR-069) open to the Internet"
    yield "extra.tlp", about.tlp
    yield "extra.server", one.headers.get("server")
    yield "extra.www_authenticate", one.headers.get("www-authenticate")
    for key, name in _EXTRA.items():
        yield key, one.fields.get(name)


def _moment(text: str) -> str:
    """IntelMQ's DateTime names the zone as an offset."""
    return text.removesuffix("Z") + "+00:00"
