"""An Excel workbook: a sheet a table, and a first one that tells what they are.

Text is written as text: nothing a device wrote becomes a formula or a link. What a sheet cannot
hold is refused before anything is written in its place (Excel's specifications and limits).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from gatewatch.model.errors import FormatUnfit
from gatewatch.model.hostile import cell, shown
from gatewatch.model.table import Document, Look, Table, Value, flat

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write_bytes"]

NAME = "xlsx"
SENTENCE = "An Excel workbook with a sheet for each table."
SUFFIXES = (".xlsx",)
FOR_PEOPLE = True

_ROWS_MOST = 1_048_576
_COLUMNS_MOST = 16_384
_TEXT_MOST = 32_000
"""Excel's limit is 32,767; escapes and the mark of a cut come on top."""
# Beyond, a number of Excel's, a binary64, is no longer exact.
_EXACT = 2**53
_MEASURED = 1000
_NAME_MOST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_FORMATS = {Look.COUNT: "#,##0", Look.SHARE: "0.0%", Look.NUMBER: "0"}
_WIDTHS = (8, 60)


def write_bytes(document: Document, out: BinaryIO) -> None:
    """Writes the workbook to `out`; raises FormatUnfit for more rows than a sheet holds."""
    from xlsxwriter import Workbook

    book = Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # The same data give the same file.
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    try:
        about = book.add_worksheet("about")
        line = 0
        for number, table in enumerate(document.tables, 1):
            name = _sheet_name(table, number)
            _write_sheet(book, book.add_worksheet(name), table)
            for words in _told(document, table, name, first=number == 1):
                about.write_string(line, 0, words)
                line += 1
        about.set_column(0, 0, 100)
    finally:
        book.close()


def _told(document: Document, table: Table, name: str, *, first: bool) -> Iterator[str]:
    """The words around a table, for the first sheet."""
    if first and document.title:
        yield _safe(document.title)
    yield _safe(f"{name}: {table.title}")
    yield from (_safe(words) for words in (table.aside, *table.notes) if words)
    yield ""


def _write_sheet(book: "Workbook", sheet: "Worksheet", table: Table) -> None:
    rows = iter(table.rows)
    measured = list(islice(rows, _MEASURED))
    if len(table.columns) > _COLUMNS_MOST:
        raise _too_much(f"{_COLUMNS_MOST:,} columns")
    bold = book.add_format({"bold": True})
    formats: list[Format | None] = []
    for position, column in enumerate(table.columns):
        values = [row[position] for row in measured]
        pattern = _FORMATS.get(table.look_of(column, values))
        formats.append(book.add_format({"num_format": pattern}) if pattern else None)
        sheet.set_column(position, position, _width(table.heading_of(column), values))
        sheet.write_string(0, position, _safe(table.heading_of(column)), bold)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, row in enumerate(chain(measured, rows), 1):
        if number == _ROWS_MOST:
            raise _too_much(f"{_ROWS_MOST - 1:,} rows")
        for position, value in enumerate(row):
            _write_cell(sheet, (number, position), value, formats[position])
    sheet.autofilter(0, 0, number, max(len(table.columns) - 1, 0))


def _write_cell(
    sheet: "Worksheet", at: tuple[int, int], value: Value, pattern: "Format | None"
) -> None:
    value = flat(value)
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(*at, _safe(value))
    elif abs(value) > _EXACT:
        sheet.write_string(*at, str(value))
    else:
        sheet.write_number(*at, value, pattern)


def _safe(text: str) -> str:
    return cell(shown(text, _TEXT_MOST))[: _TEXT_MOST + 100]


def _width(heading: str, values: Sequence[Value]) -> int:
    longest = max((len(str(flat(value))) for value in values if value is not None), default=0)
    return min(max(longest, len(heading), _WIDTHS[0]) + 2, _WIDTHS[1])


def _sheet_name(table: Table, number: int) -> str:
    """Short, without what Excel forbids, and like no other."""
    words = _FORBIDDEN.sub(" ", shown(table.title or "data"))
    # Excel counts in UTF-16.
    name = f"{number} {words}".encode("utf-16-le", "replace")[: 2 * _NAME_MOST]
    return name.decode("utf-16-le", "ignore").strip()


def _too_much(limit: str) -> FormatUnfit:
    return FormatUnfit(
        where=NAME,
        what=f"holds {limit} in a sheet, and these are more",
        mend="take --format parquet or csv, or --limit",
    )
