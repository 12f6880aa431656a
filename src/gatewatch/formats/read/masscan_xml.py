r"""masscan -oX: Nmap's XML with one `<host>` a record and banners as an attribute.

Every record says `addrtype="ipv4"`, even of IPv6; bytes of banners are `\xHH`. Cut and appended
files are read. Source: masscan out-xml.c.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.lines import RAW_KEPT
from gatewatch.formats.masscan import Record, Sighting, merged, octets_of_text, sighting
from gatewatch.formats.xml_documents import Broken, document_events
from gatewatch.model.hostile import shown
from gatewatch.model.observation import Observation, Rejected, Unanswered
from gatewatch.protocol.xml import End, Start

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "masscan-xml"
SENTENCE = "masscan -oX (XML)."

_ROOT = re.compile(rb"<nmaprun[^>]*+")
_KEPT = ("host", "address", "port", "state", "service")

Attrs = dict[str, dict[str, str]]


def sniff(head: bytes) -> bool:
    """Whether the root element within the first 4 KiB names masscan."""
    root = _ROOT.search(head[:4096])
    return root is not None and b'scanner="masscan"' in root[0]


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each port, from all its records."""
    return merged(_sightings(stream, given))


def _sightings(stream: BinaryIO, given: Given) -> Iterator[Sighting | Unanswered | Rejected | None]:
    seen: Attrs = {}
    for event in document_events(stream):
        if isinstance(event, Start) and event.name in _KEPT:
            if event.name == "host":
                seen = {}
            seen[event.name] = event.attrs
        elif isinstance(event, End) and event.name == "port":
            try:
                yield _of_port(seen, given)
            except ValueError as problem:
                raw = repr(seen).encode("utf-8", "replace")
                yield Rejected(
                    f"host {shown(seen.get('address', {}).get('addr'), 60)}",
                    str(problem),
                    raw[:RAW_KEPT],
                )
            seen = {name: seen[name] for name in ("host", "address") if name in seen}
        elif isinstance(event, Broken):
            seen = {}
            yield Rejected(event.where, event.reason)


def _of_port(seen: Attrs, given: Given) -> Sighting | Unanswered | None:
    host, where, number, state, service = (seen.get(name, {}) for name in _KEPT)
    found = Record(
        ip=where.get("addr"),
        port=number.get("portid"),
        time=host.get("endtime"),
        protocol=number.get("protocol", ""),
        state=state.get("state", ""),
        service=service.get("name", ""),
        banner=octets_of_text(service.get("banner", "").encode("latin-1", "replace")),
    )
    return sighting(found, given, NAME)
