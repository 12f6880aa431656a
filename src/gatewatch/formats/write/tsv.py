"""Tab-separated values for cut, sort and awk: one line a row, no quoting.

Tabs and line breaks inside a value are written as escapes, as the format cannot hold them
(IANA text/tab-separated-values); formulas are disarmed, since spreadsheets open these files too.
"""

from typing import TextIO

from gatewatch.model.hostile import cell, shown
from gatewatch.model.table import Document, Value, flat

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "tsv"
SENTENCE = "Tab-separated values, one line a row, for cut, sort and awk."
SUFFIXES = (".tsv", ".tab")
FOR_PEOPLE = False


def write(document: Document, out: TextIO) -> None:
    """Writes the header and the rows to `out`."""
    table = document.only_table(NAME)
    out.write("\t".join(table.columns) + "\n")
    out.writelines("\t".join(map(_cell, row)) + "\n" for row in table.rows)


def _cell(value: Value) -> str:
    value = flat(value)
    if isinstance(value, str):
        return cell(shown(value, len(value)))
    return "" if value is None else str(value)
