"""One JSON array of objects, a row each, written as the rows come."""

from typing import TextIO

from gatewatch.model.hostile import json_line
from gatewatch.model.table import Table

__all__ = ["NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "json"
SENTENCE = "One JSON array (RFC 8259) with an object for each row."
SUFFIXES = (".json",)


def write(table: Table, out: TextIO) -> None:
    """Writes the array to `out`; the keys are the columns, None is null."""
    before = "[\n"
    for row in table.rows:
        out.write(before + json_line(dict(zip(table.columns, row, strict=True))))
        before = ",\n"
    out.write("\n]\n" if before == ",\n" else "[]\n")
