"""A cross-tab: each number on a ground as strong as it is large, or as it is unexpected."""

import math
from collections.abc import Mapping, Sequence

from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.marks import Link, Shape, cut, linked, number_in, place, text, width_of
from gatewatch.model.language import Language
from gatewatch.model.table import Heat, Look, Table, Value, spoken

__all__ = ["draw_heat"]

_WIDTH, _ROW = 760.0, 26.0
_LABELS_MOST, _SPACE = 220.0, 10.0
_CELL_LEAST, _CELL_MOST = 56.0, 130.0
# Text stays readable on the strongest ground.
_STRONGEST = 0.55
# So many times as many as expected, or as few, have the strongest ground.
_FAR = 4.0

Row = Mapping[str, Value]


def draw_heat(
    table: Table, chart: Heat, rows: Sequence[Row], language: Language, link: Link | None = None
) -> Drawing:
    """`rows` as a chart; as wide as it needs, for a page that scrolls."""
    labels = [spoken(row[chart.label], Look.TEXT, language) for row in rows]
    left = min(max(map(width_of, labels), default=0.0), _LABELS_MOST) + _SPACE
    room = (_WIDTH - left) / max(len(chart.cells), 1)
    width = min(max(room, _CELL_LEAST), _CELL_MOST)
    most = max((number_in(row[cell]) or 0.0 for row in rows for cell in chart.cells), default=0.0)
    shapes: list[Shape] = []
    for number, cell in enumerate(chart.cells):
        heading = table.heading_of(cell)
        short = cut(heading, width - 6)
        x = left + (number + 0.5) * width
        told = heading[:200] if short != heading else ""
        shapes.append(text(x, _ROW - 9, short, "middle soft", told))
    for number, (row, label) in enumerate(zip(rows, labels, strict=True), 1):
        top = number * _ROW
        short = cut(label, left - _SPACE)
        told = label[:200] if short != label else ""
        shapes.append(text(left - _SPACE, top + _ROW - 9, short, "end", told))
        for place_, cell in enumerate(chart.cells):
            look = table.look_of(cell, (one[cell] for one in rows))
            ground = _ground(row, cell, chart, most)
            words = spoken(row[cell], look, language)
            parts = _cell(left + place_ * width, top, width, ground, words)
            if link is None:
                shapes += parts
                continue
            told = f"{label[:200]}, {table.heading_of(cell)[:200]}: {words}"
            shapes += linked(parts, row.get(table.queries.get(cell, "")), link, told)
    if chart.expected:
        shapes += _legend(left, (len(rows) + 1) * _ROW, language)
    total = max(left + len(chart.cells) * width, _WIDTH if not chart.cells else 0.0)
    height = (len(rows) + (2 if chart.expected else 1)) * _ROW
    return Drawing(total, height, shapes)


def _legend(left: float, top: float, language: Language) -> list[Shape]:
    """Which ground says what."""
    shapes = []
    for kind, words in (
        ("more", language.phrase("more than expected")),
        ("cell", language.phrase("less than expected")),
    ):
        shapes.append(
            f'<rect class="{kind}" x="{place(left)}" y="{place(top + 7)}" width="12" height="12" '
            f'fill-opacity="{_STRONGEST}"/>'
        )
        shapes.append(text(left + 18, top + 17, words, "soft"))
        left += 18 + width_of(words) + 2 * _SPACE
    return shapes


def _cell(x: float, top: float, width: float, ground: tuple[str, float], words: str) -> list[Shape]:
    kind, strength = ground
    rect = (
        f'<rect class="{kind}" x="{place(x + 1)}" y="{place(top + 1)}" '
        f'width="{place(width - 2)}" height="{place(_ROW - 2)}" fill-opacity="{strength:.2f}"/>'
    )
    return [rect, text(x + width / 2, top + _ROW - 9, cut(words, width - 4), "middle")]


def _ground(row: Row, cell: str, chart: Heat, most: float) -> tuple[str, float]:
    """Class and strength: more than expected, less, or just how many."""
    value = number_in(row[cell]) or 0.0
    column = chart.expected.get(cell)
    expected = number_in(row[column]) if column else None
    if expected is None:
        return "cell", _STRONGEST * math.sqrt(max(value, 0.0) / most) if most > 0 else 0.0
    if expected <= 0:
        return "cell", 0.0
    ratio = (max(value, 0.0) + 0.5) / (expected + 0.5)
    strength = min(abs(math.log(ratio)) / math.log(_FAR), 1.0) * _STRONGEST
    return "more" if ratio > 1 else "cell", strength
