"""ZMap -O json: one object a line. Source: ZMap module_json.c."""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.zmap import field_name, observation_of
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "zmap-json"
SENTENCE = "ZMap -O json: open ports, no answers (JSON lines)."
LINES = True


def sniff(head: bytes) -> bool:
    """Whether a record has `saddr`."""
    return any("saddr" in record for record in peek(head))


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, known to be open, or one failure, for each record."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one record says; raises ValueError with the reason when it cannot be used."""
    fields = {field_name(name): value for name, value in record.value.items()}
    yield observation_of(fields, given, NAME)
