"""Tables of reports on a page: the chart above, each number a link, the words around them.

A table carries the query behind each row or cell; here it becomes a link to the search that lists
exactly what was counted. Bounded: what a page cannot hold is said, and the files have it all.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup

from gatewatch.formats.chart.canvas import framed
from gatewatch.formats.chart.drawing import draw
from gatewatch.model.hostile import shown
from gatewatch.model.language import Language, Words
from gatewatch.model.table import (
    BUCKET,
    QUERY,
    Bars,
    Heat,
    Look,
    Map,
    RowKind,
    Table,
    Value,
    spoken,
)

__all__ = ["ROWS_MOST", "Cell", "Figure", "Heading", "figure_of"]

ROWS_MOST = 100
# A drawing with more links than these is heavier than a page may be; the table has them.
_LINKS_MOST = 150
_BARS_MOST = 50
_LONGEST = 300
_LONGEST_QUERY = 2000
_READ = 10_000
_NUMBERS = frozenset({Look.COUNT, Look.NUMBER, Look.SHARE})
# A column that a page shows as links instead.
_UNSEEN = frozenset({Look.DATA, Look.SPARE})

Link = Callable[[str], str]


class Heading(NamedTuple):
    """One column."""

    words: str
    number: bool


class Cell(NamedTuple):
    """One value, or what stands for it."""

    value: str
    """Safe for eyes, not yet for HTML; cut."""
    link: str = ""
    number: bool = False
    head: bool = False
    """It names its row."""
    prose: bool = False
    """Sentences of ours."""
    change: str = ""
    """`up` or `down`."""


class Figure(NamedTuple):
    """One table, ready for a template."""

    title: str
    aside: str
    notes: Sequence[str]
    chart: Markup | None
    headings: Sequence[Heading]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    """With the kind of each row, one of `RowKind`."""
    left_out: int
    """So many rows have no room here."""


class _Column(NamedTuple):
    place: int
    name: str
    look: Look
    behind: int | None
    head: bool


def figure_of(table: Table, link: Link, language: Language, *, chart: bool = True) -> Figure:
    """`table` as it is shown; `link` makes the address of a query's search."""
    link = partial(_bounded, link)
    rows = list(islice(table.rows, _READ))
    columns = _columns(table, rows)
    kind = table.columns.index(BUCKET) if BUCKET in table.columns else None
    kinds = [str(row[kind]) if kind is not None else RowKind.VALUE.value for row in rows]
    kept = _kept(kinds)
    return Figure(
        title=spoken(table.title, Look.WHOLE),
        aside=spoken(table.aside, Look.WHOLE),
        notes=[spoken(note, Look.WHOLE) for note in table.notes],
        chart=_chart(table, rows, link, language) if chart else None,
        headings=[
            Heading(table.heading_of(one.name), one.look in _NUMBERS or one.name == "change")
            for one in columns
        ],
        rows=[(kinds[at], _cells(rows[at], columns, link, language)) for at in kept],
        left_out=len(rows) - len(kept),
    )


def _bounded(link: Link, query: str) -> str:
    """No link where a device said more than an address holds."""
    return link(query) if len(query) <= _LONGEST_QUERY else ""


def _kept(kinds: Sequence[str]) -> list[int]:
    """The first rows, and those that stand for the rest, which come last."""
    values = [at for at, kind in enumerate(kinds) if kind == RowKind.VALUE]
    dropped = set(values[ROWS_MOST:])
    return [at for at in range(len(kinds)) if at not in dropped]


def _columns(table: Table, rows: Sequence[Sequence[Value]]) -> list[_Column]:
    looks = {
        name: table.look_of(name, (row[at] for row in rows))
        for at, name in enumerate(table.columns)
    }
    seen = [name for name in table.columns if name != QUERY and looks[name] not in _UNSEEN]
    heads = [name for name in seen if looks[name] not in _NUMBERS]
    head = heads[0] if heads else ""
    count = next((name for name in seen if looks[name] is Look.COUNT), "")
    own = next((table.queries[name] for name in seen if name in table.queries), QUERY)
    found = []
    for name in seen:
        # Where cells have queries of their own, a row's name leads to what the row's query finds.
        behind = table.queries.get(name)
        if name == count and not table.queries:
            behind = QUERY
        if name == head:
            behind = QUERY if len(set(table.queries.values())) > 1 else own
        at = table.columns.index(behind) if behind and behind in table.columns else None
        place = table.columns.index(name)
        found.append(_Column(place, name, looks[name], at, name == head))
    return found


def _cells(
    row: Sequence[Value], columns: Sequence[_Column], link: Link, language: Language
) -> list[Cell]:
    return [_cell(row, one, link, language) for one in columns]


def _cell(row: Sequence[Value], column: _Column, link: Link, language: Language) -> Cell:
    value = row[column.place]
    said = spoken(value, column.look, language)
    query = row[column.behind] if column.behind is not None else None
    change = ""
    if column.name == "change" and isinstance(value, Words):
        change = {"+": "up", "−": "down", "-": "down"}.get(said[:1], "")
    return Cell(
        value=said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…",
        link=link(query) if isinstance(query, str) and query and said else "",
        number=column.look in _NUMBERS or bool(change),
        head=column.head,
        prose=column.look is Look.PROSE,
        change=change,
    )


def _chart(
    table: Table, rows: Sequence[Sequence[Value]], link: Link, language: Language
) -> Markup | None:
    chart, drawn = table.chart, rows
    linked: Link | None = link
    if isinstance(chart, Heat) and len(chart.cells) * len(rows) > _LINKS_MOST:
        linked = None
    if isinstance(chart, Bars):
        drawn = rows[:_BARS_MOST]
    found = draw(table, drawn, language, linked)
    if found is None:
        return None
    name = shown(spoken(table.title, Look.WHOLE), _LONGEST)
    kind = {Bars: "bars", Heat: "heat", Map: "map"}.get(type(chart), "lines")
    text = framed(found, name, linked=linked is not None, kind=kind)
    return Markup(text)  # noqa: S704  (the drawing escapes each word itself)
