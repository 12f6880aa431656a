"""Shadowserver's API: rows of the same reports as JSON objects with the same names."""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.shadowserver import is_report, observation_of
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "shadowserver-json"
SENTENCE = "Shadowserver reports from its API (JSON)."
LINES = True


def sniff(head: bytes) -> bool:
    """Whether an object has the columns of a report with HTTP answers."""
    return any(is_report(record) for record in peek(head))


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each object."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one object says; raises ValueError with the reason when it cannot be used."""
    found = observation_of(record.value, given, NAME)
    if found is not None:
        yield found
