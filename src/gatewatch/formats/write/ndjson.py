"""One JSON object a line: what pipes, jq and our own scripts read."""

from typing import TextIO

from gatewatch.model.hostile import json_line
from gatewatch.model.table import Document

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "ndjson"
SENTENCE = "One JSON object a line, the keys are the column names."
SUFFIXES = (".ndjson", ".jsonl")
FOR_PEOPLE = False


def write(document: Document, out: TextIO) -> None:
    """Writes a line for each row to `out`; None is null."""
    table = document.only_table(NAME)
    objects = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    out.writelines(f"{json_line(row)}\n" for row in objects)
