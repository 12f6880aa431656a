r"""masscan -oG: one record a line, fields with tabs between.

`Timestamp: 1795508613<TAB>Host: 192.0.2.10 ()<TAB>Ports: 7547/open/tcp//cwmp//` for a port, and
`Host: 192.0.2.10 ()<TAB>Port: 7547<TAB>Service: http<TAB>Banner: ...` for a banner, which says
no time: it gets that of the last record before it that had one. Source: masscan out-grepable.c.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.lines import RAW_KEPT, TOO_LONG, lines
from gatewatch.formats.masscan import Record, Sighting, merged, octets_of_text, sighting
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "masscan-grepable"
SENTENCE = "masscan -oG: one record a line, for grep (text)."


def sniff(head: bytes) -> bool:
    """Whether it begins with masscan's header, or with a record that has a timestamp."""
    start = head.lstrip()
    return start.startswith(b"# Masscan ") or (
        start.startswith(b"Timestamp: ") and b"\tHost: " in start.split(b"\n", 1)[0]
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each port, from all its records."""
    return merged(_sightings(stream, given))


def _sightings(stream: BinaryIO, given: Given) -> Iterator[Sighting | Unanswered | Rejected | None]:
    last = ""
    for number, line, whole in lines(stream):
        if not line.strip() or line.startswith(b"#"):
            continue
        try:
            if not whole:
                raise ValueError(TOO_LONG)
            fields = _fields(line)
            last = fields.setdefault("Timestamp", last)
            yield _of_fields(fields, given)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), line[:RAW_KEPT])


def _fields(line: bytes) -> dict[str, str]:
    """`Name: value` pairs; in a banner tabs are escaped, so it cannot forge one."""
    pairs = (part.partition(": ") for part in line.decode("latin-1").split("\t"))
    return {name: value for name, _, value in pairs}


def _of_fields(fields: dict[str, str], given: Given) -> Sighting | Unanswered | None:
    digits, state, protocol = (*fields.get("Ports", "").split("/"), "", "")[:3]
    is_banner = "Port" in fields
    found = Record(
        ip=fields.get("Host", "").partition(" ")[0],
        port=fields["Port"] if is_banner else digits,
        time=fields.get("Timestamp"),
        protocol="tcp" if is_banner else protocol,
        state="open" if is_banner else state,
        service=fields.get("Service", ""),
        banner=octets_of_text(fields.get("Banner", "").encode("latin-1")),
    )
    return sighting(found, given, NAME)
