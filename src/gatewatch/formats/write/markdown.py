"""A Markdown table (GitHub Flavored Markdown) for tickets and letters.

Device text stays text: pipes, HTML and Markdown's own signs are escaped and nothing becomes a
link, since a page that shows this must not fetch or offer what a device wrote.
"""

import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import TextIO

from gatewatch.model.language import Language
from gatewatch.model.table import Document, Look, Table, spoken

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "markdown"
SENTENCE = "A Markdown table for tickets and reports."
SUFFIXES = (".md", ".markdown")
FOR_PEOPLE = True

# Rows that decide whether a column holds numbers.
_MEASURED = 1000
_SIGNS = re.compile(r"[\\`*_\[\]~|<>&@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
# HTML entities where a backslash would not stop HTML or an automatic link.
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", ":": "&#58;", ".": "&#46;"}


def write(document: Document, out: TextIO) -> None:
    """Writes the titles, tables and notes to `out`."""
    if document.title:
        out.write(f"# {_escaped(spoken(document.title, Look.WHOLE))}\n\n")
    for place, table in enumerate(document.tables):
        out.write("\n" if place else "")
        _write_table(table, document.page.language, out)


def _write_table(table: Table, language: Language, out: TextIO) -> None:
    rows = iter(table.rows)
    measured = list(islice(rows, _MEASURED))
    columns = []
    for position, name in enumerate(table.columns):
        look = table.look_of(name, (row[position] for row in measured))
        if look is not Look.DATA:
            columns.append((position, name, look))
    if table.title:
        aside = f" ({_escaped(spoken(table.aside, Look.WHOLE))})" if table.aside else ""
        out.write(f"**{_escaped(spoken(table.title, Look.WHOLE))}**{aside}\n\n")
    out.write(_line(_escaped(table.heading_of(name)) for _, name, _ in columns))
    out.write(_line("---:" if _is_number(look) else "---" for _, _, look in columns))
    out.writelines(
        _line(_escaped(spoken(row[position], look, language)) for position, _, look in columns)
        for row in chain(measured, rows)
    )
    out.writelines(f"\n{_escaped(spoken(note, Look.WHOLE))}\n" for note in table.notes)


def _is_number(look: Look) -> bool:
    return look in (Look.COUNT, Look.NUMBER, Look.SHARE)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _escaped(text: str) -> str:
    return _SIGNS.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), text)
