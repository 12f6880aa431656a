"""One JSON object a line: what pipes, jq and our own scripts read."""

from typing import TextIO

from gatewatch.model.hostile import json_line
from gatewatch.model.table import Table

__all__ = ["NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "ndjson"
SENTENCE = "One JSON object a line, the keys are the column names."
SUFFIXES = (".ndjson", ".jsonl")


def write(table: Table, out: TextIO) -> None:
    """Writes a line for each row to `out`; None is null."""
    objects = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    out.writelines(f"{json_line(row)}\n" for row in objects)
