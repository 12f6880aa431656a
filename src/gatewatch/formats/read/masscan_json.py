"""masscan -oJ: an array of records, each of one port; also what older versions wrote instead.

Read are whole arrays, arrays appended to each other, records without brackets, trailing commas,
the bare `{finished: 1}` of 2014-2018, and files that end anywhere. Nothing found is no error: an
array without records gives none. Source: masscan out-json.c.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, peek
from gatewatch.formats.json_values import Table, array, table, text
from gatewatch.formats.masscan import Record, Sighting, merged_json, octets_of_json, sighting
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "masscan-json"
SENTENCE = "masscan -oJ: an array of records, old and broken variants too (JSON)."

_NOTHING_FOUND = re.compile(rb"\s*+(?:\[[\s,]*+\]\s*+)++|\s*+\[?\s*+\{\s*+finished\s*+:[\s\S]*+")


def sniff(head: bytes) -> bool:
    """Whether a record has `ports` with a status or a service, or the array is empty."""
    return any(map(_is_record, peek(head))) or _NOTHING_FOUND.fullmatch(head) is not None


def _is_record(record: Table) -> bool:
    entries = map(table, array(record.get("ports")))
    return "ip" in record and any(
        "port" in entry and ("status" in entry or "service" in entry) for entry in entries
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each port, from all its records."""
    return merged_json(stream, lambda record: _of_record(record, given))


def _of_record(record: JsonRecord, given: Given) -> Iterator[Sighting | Unanswered | None]:
    value = record.value
    entries = array(value.get("ports"))
    if not entries:
        raise ValueError('no "ports"')
    for entry in map(table, entries):
        service = table(entry.get("service"))
        found = Record(
            ip=value.get("ip"),
            port=entry.get("port"),
            time=value.get("timestamp"),
            protocol=text(entry.get("proto")) or "tcp",
            state=text(entry.get("status")) or "open",
            service=text(service.get("name")),
            banner=octets_of_json(text(service.get("banner"))),
        )
        yield sighting(found, given, NAME)
