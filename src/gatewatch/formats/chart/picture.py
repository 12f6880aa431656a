"""A document as one picture: title, chart and notes of each table, one below the other."""

from collections.abc import Iterator
from itertools import islice

from gatewatch.formats.chart.canvas import Drawing, framed, stacked
from gatewatch.formats.chart.drawing import draw
from gatewatch.formats.chart.marks import Shape, text, width_of
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.language import Language
from gatewatch.model.table import Document, Look, Table, spoken

__all__ = ["picture"]

# A trend of many values over many snapshots; more is no picture.
_ROWS_MOST = 10_000
_LINE, _TITLE = 18.0, 22.0


def picture(document: Document, name: str, style: str) -> str:
    """The SVG file of `document`, with `style` as its sheet.

    Raises FormatUnfit, for the format `name`, when no table has a chart.
    """
    drawings = [
        one for table in document.tables
        if (one := _drawing(table, document.page.language)) is not None
    ]  # fmt: skip
    if not drawings:
        raise FormatUnfit(
            where=name,
            what="holds a chart, and this has none",
            mend='take "gatewatch report", or a format with tables',
        )
    whole = stacked(drawings)
    title = spoken(document.title, Look.WHOLE) if document.title else "gatewatch"
    return framed(whole._replace(shapes=[f"<style>{style}</style>", *whole.shapes]), title)


def _drawing(table: Table, language: Language) -> Drawing | None:
    chart = draw(table, list(islice(table.rows, _ROWS_MOST)), language)
    if chart is None:
        return None
    shapes: list[Shape] = []
    top = 0.0
    for kind, words in _words_above(table):
        for line in _lines(words, chart.width, 16 if kind == "title" else 13):
            top += _TITLE if kind == "title" else _LINE
            shapes.append(text(0, top - 6, line, kind))
    top += 6
    shapes += [f'<g transform="translate(0 {top:.0f})">', *chart.shapes, "</g>"]
    top += chart.height
    for note in table.notes:
        for line in _lines(spoken(note, Look.WHOLE), chart.width, 13):
            top += _LINE
            shapes.append(text(0, top - 4, line, "soft"))
    return Drawing(chart.width, top, shapes)


def _words_above(table: Table) -> Iterator[tuple[str, str]]:
    if table.title:
        yield "title", spoken(table.title, Look.WHOLE)
    if table.aside:
        yield "soft", spoken(table.aside, Look.WHOLE)


def _lines(words: str, room: float, size: float) -> Iterator[str]:
    """`words` in lines that fit; a single word longer than that is cut in two."""
    line = ""
    for word in words.split(" "):
        while width_of(word, size) > room:
            kept = max(1, int(len(word) * room / width_of(word, size)) - 1)
            if line:
                yield line
                line = ""
            yield word[:kept]
            word = word[kept:]
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size) > room:
            yield line
            longer = word
        line = longer
    if line:
        yield line
