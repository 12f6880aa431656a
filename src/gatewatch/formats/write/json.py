"""One JSON array of objects, a row each, written as the rows come."""

from typing import TextIO

from gatewatch.model.hostile import json_line
from gatewatch.model.table import Document

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "json"
SENTENCE = "One JSON array (RFC 8259) with an object for each row."
SUFFIXES = (".json",)
FOR_PEOPLE = False


def write(document: Document, out: TextIO) -> None:
    """Writes the array to `out`; the keys are the columns, None is null."""
    table = document.only_table(NAME)
    before = "[\n"
    for row in table.rows:
        out.write(before + json_line(dict(zip(table.columns, row, strict=True))))
        before = ",\n"
    out.write("\n]\n" if before == ",\n" else "[]\n")
