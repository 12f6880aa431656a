"""CSV for spreadsheets: RFC 4180, UTF-8, CR LF.

A cell that a spreadsheet would take for a formula gets an apostrophe in front; characters that
cannot be seen are written as escapes. Whoever needs the exact text takes NDJSON.
"""

import csv
from typing import TextIO

from gatewatch.model.hostile import cell, shown
from gatewatch.model.table import Document, Value, flat

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "csv"
SENTENCE = "Comma-separated values for spreadsheets (RFC 4180), safe from formulas."
SUFFIXES = (".csv",)
FOR_PEOPLE = False


def write(document: Document, out: TextIO) -> None:
    """Writes the header and the rows to `out`, which must not translate line ends."""
    table = document.only_table(NAME)
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(table.columns)
    lines.writerows(map(_cell, row) for row in table.rows)


def _cell(value: Value) -> Value:
    value = flat(value)
    return cell(shown(value, len(value))) if isinstance(value, str) else value
