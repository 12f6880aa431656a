"""ZMap -O csv with its header line; without one it is an address list.

Runs appended to each other are read on, each by its own header. Source: ZMap module_csv.c.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.csv_rows import rows
from gatewatch.formats.given import Given
from gatewatch.formats.zmap import field_name, observation_of
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "zmap-csv"
SENTENCE = "ZMap -O csv with a header: open ports, no answers (CSV)."


def sniff(head: bytes) -> bool:
    """Whether the first line is a header with `saddr`."""
    line = head.split(b"\n", 1)[0].decode("latin-1")
    return _is_header(line.strip().split(","))


def _is_header(row: list[str]) -> bool:
    return any(field_name(name) == "saddr" for name in row)


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, known to be open, or one failure, for each row."""
    for row in rows(stream, _is_header):
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            fields = {field_name(name): value for name, value in row.fields.items()}
            yield observation_of(fields, given, NAME)
        except ValueError as problem:
            yield row.rejected(str(problem))
