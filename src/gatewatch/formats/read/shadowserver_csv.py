"""Shadowserver scan_cwmp and scan6_cwmp reports, as mailed and downloaded (CSV)."""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.csv_rows import rows
from gatewatch.formats.given import Given
from gatewatch.formats.shadowserver import is_report, observation_of
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "shadowserver-csv"
SENTENCE = "Shadowserver scan_cwmp, scan6_cwmp and other HTTP reports, any year's columns (CSV)."


def sniff(head: bytes) -> bool:
    """Whether the first line is a header of a report with HTTP answers."""
    line = head.split(b"\n", 1)[0].decode("latin-1")
    return _is_header([name.strip('" \r\t') for name in line.split(",")])


def _is_header(row: list[str]) -> bool:
    return is_report({name.strip() for name in row})


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each row."""
    for row in rows(stream, _is_header):
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            found = observation_of(row.fields, given, NAME)
        except ValueError as problem:
            yield row.rejected(str(problem))
            continue
        if found is not None:
            yield found
