"""One HTML file: charts, tables and notes, without script and without anything to be fetched.

Light or dark as the reader has chosen, and readable on paper. Device text is text: escaped,
never a link; the query behind a number is told by its cell. A policy in the page itself forbids
scripts and requests, whatever a device wrote.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple, TextIO

from gatewatch.formats.chart.canvas import framed
from gatewatch.formats.chart.drawing import draw
from gatewatch.formats.chart.marks import escaped
from gatewatch.formats.chart.style import standalone
from gatewatch.model.language import Language
from gatewatch.model.table import BUCKET, QUERY, Document, Look, RowKind, Table, Value, spoken

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "html"
SENTENCE = "One page with charts and tables, to open, to print and to send on."
SUFFIXES = (".html", ".htm")
FOR_PEOPLE = True

# More of one value would bury the rest of a page; NDJSON has it whole.
_LONGEST = 500
# Rows that decide on looks and charts.
_MEASURED = 10_000
_NUMBERS = frozenset({Look.COUNT, Look.NUMBER, Look.SHARE})
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """\
:root{color-scheme:light dark;--page:#f7f7f5;--card:#fff;--ink:#1b1f24;--soft:#5b636d;
--line:#dfe1e0}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--card:#1c2024;--ink:#e6e8ea;--soft:#a2abb5;
--line:#31373d}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:64rem;margin:0 auto;padding:1.2rem}
h1{font-size:1.35rem;line-height:1.25;margin:.2rem 0 1rem}
h2{font-size:1.05rem;line-height:1.3;margin:0}
h1,h2,td,code{overflow-wrap:anywhere}
td:not(.n){min-width:8rem}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:1rem 1.1rem;margin-bottom:1rem}
figure{margin:.8rem 0;overflow-x:auto}
.chart{display:block;width:100%;min-width:36rem;max-width:60rem;height:auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
caption,.aside,.note,footer{color:var(--soft);font-size:.88rem;text-align:left}
.aside,.note{margin:.3rem 0}
th{text-align:left;font-size:.8rem;color:var(--soft);font-weight:600;vertical-align:bottom}
th,td{padding:.32rem .5rem;border-bottom:1px solid var(--line)}
tbody th{font-size:1rem;color:var(--ink);font-weight:400}
tr:last-child>*{border-bottom:0}
figure:focus-visible,.scroll:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
.n{text-align:right;white-space:nowrap}
.rest>*{color:var(--soft);font-style:italic}
code{font:.86em ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,monospace}
@media print{body{background:#fff;font-size:11px}section{border:0;padding:0;break-inside:auto}
tr,figure{break-inside:avoid}thead{display:table-header-group}.scroll,figure{overflow:visible}}
"""


class _Column(NamedTuple):
    position: int
    name: str
    look: Look
    behind: int | None
    """Where the query of each of its cells is."""


def write(document: Document, out: TextIO) -> None:
    """Writes the page to `out`, table by table."""
    language = document.page.language
    tables = iter(document.tables)
    first = next(tables, None)
    title = document.title or (first.title if first else "") or "gatewatch"
    words = escaped(spoken(title, Look.WHOLE))
    out.write(
        f'<!doctype html>\n<html lang="{language.code}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words} - gatewatch</title>\n<style>\n{_STYLE}{standalone()}</style></head>\n"
        f"<body><main>\n<h1>{words}</h1>\n"
    )
    if first is not None:
        for number, table in enumerate(chain([first], tables)):
            # The title of the only table is that of the page already.
            named = number > 0 or bool(document.title)
            _write_table(table, language, out, named=named)
    out.write("</main></body></html>\n")


def _write_table(table: Table, language: Language, out: TextIO, *, named: bool) -> None:
    rows = iter(table.rows)
    measured = list(islice(rows, _MEASURED))
    columns = _columns(table, measured)
    title = escaped(spoken(table.title, Look.WHOLE))
    out.write("<section>\n")
    if named and title:
        out.write(f"<h2>{title}</h2>\n")
    if table.aside:
        out.write(f'<p class="aside">{escaped(spoken(table.aside, Look.WHOLE))}</p>\n')
    drawing = draw(table, measured, language)
    if drawing is not None:
        chart = framed(drawing, spoken(table.title, Look.WHOLE))
        out.write(f"<figure{_reached(title)}>{chart}</figure>\n")
    out.write(f'<div class="scroll"{_reached(title)}><table>')
    if title:
        out.write(f"<caption>{title}</caption>")
    out.write("<thead><tr>")
    out.writelines(
        f'<th scope="col"{_class(column)}>{escaped(table.heading_of(column.name))}</th>'
        for column in columns
    )
    out.write("</tr></thead>\n<tbody>\n")
    at = table.columns.index(BUCKET) if BUCKET in table.columns else None
    out.writelines(_row(row, columns, at, language) for row in chain(measured, rows))
    out.write("</tbody></table></div>\n")
    out.writelines(
        f'<p class="note">{escaped(spoken(note, Look.WHOLE))}</p>\n' for note in table.notes
    )
    out.write("</section>\n")


def _reached(title: str) -> str:
    """What lets a keyboard scroll a part that is wider than the page (WCAG 2.2, 2.1.1)."""
    return f' tabindex="0" role="group" aria-label="{title}"' if title else ' tabindex="0"'


def _columns(table: Table, measured: Sequence[Sequence[Value]]) -> list[_Column]:
    found = []
    for position, name in enumerate(table.columns):
        look = table.look_of(name, (row[position] for row in measured))
        behind = table.queries.get(name)
        if look is not Look.DATA:
            at = table.columns.index(behind) if behind in table.columns else None
            found.append(_Column(position, name, look, at))
    return found


def _row(
    row: Sequence[Value], columns: Iterable[_Column], kind_at: int | None, language: Language
) -> str:
    kind = str(row[kind_at]) if kind_at is not None else RowKind.VALUE
    rest = "" if kind == RowKind.VALUE else ' class="rest"'
    return f"<tr{rest}>{''.join(_cells(row, columns, language))}</tr>\n"


def _cells(row: Sequence[Value], columns: Iterable[_Column], language: Language) -> Iterator[str]:
    for column in columns:
        said = spoken(row[column.position], column.look, language)
        words = escaped(said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…")
        if column.name == QUERY and words:
            words = f"<code>{words}</code>"
        query = row[column.behind] if column.behind is not None else None
        told = f' title="{escaped(spoken(query, Look.WHOLE))}"' if query else ""
        yield f"<td{_class(column)}{told}>{words}</td>"


def _class(column: _Column) -> str:
    return ' class="n"' if column.look in _NUMBERS else ""
