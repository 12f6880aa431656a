"""masscan -oD: one flat JSON object a record. Source: masscan out-ndjson.c."""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, peek
from gatewatch.formats.json_values import table, text
from gatewatch.formats.masscan import Record, Sighting, merged_json, octets_of_json, sighting
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "masscan-ndjson"
SENTENCE = "masscan -oD: one record a line (JSON lines)."


def sniff(head: bytes) -> bool:
    """Whether a record has a `rec_type`."""
    return any("rec_type" in record and "ip" in record for record in peek(head))


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each port, from all its records."""
    return merged_json(stream, lambda record: _of_record(record, given))


def _of_record(record: JsonRecord, given: Given) -> Iterator[Sighting | Unanswered | None]:
    value = record.value
    data = table(value.get("data"))
    found = Record(
        ip=value.get("ip"),
        port=value.get("port"),
        time=value.get("timestamp"),
        protocol=text(value.get("proto")) or "tcp",
        state=text(data.get("status")) or "open",
        service=text(data.get("service_name")),
        banner=octets_of_json(text(data.get("banner"))),
    )
    yield sighting(found, given, NAME)
