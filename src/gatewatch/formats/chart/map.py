"""A world map: the larger a country's number, the stronger its ground.

Counts of countries differ by powers of ten, so that is what the grounds tell apart, and a legend
says it in words. A country with nothing is empty, one of which nothing is known is hatched.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from gatewatch.formats.chart import countries
from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.marks import Link, Shape, linked, number_in, place, text, width_of
from gatewatch.model.language import Language, Words
from gatewatch.model.table import BUCKET, Look, Map, RowKind, Table, Value, spoken

__all__ = ["draw_map"]

# Strengths that eyes tell apart; more classes than these are none.
_STRENGTHS = (0.16, 0.32, 0.48, 0.64, 0.82, 1.0)
# Fewer powers of ten than these leave most of a map in one class.
_FEW = 2
_SIDE, _SPACE, _LINE = 12.0, 10.0, 20.0
_HATCH = (
    '<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<path class="hatch" d="M-1 1l2-2M0 4l4-4M3 5l2-2"/></pattern></defs>'
)
# A style sheet that names a pattern would look as if it fetched something.
_UNKNOWN, _EMPTY = 'class="unknown" fill="url(#hatch)"', 'class="empty"'

Row = Mapping[str, Value]


def draw_map(
    table: Table, chart: Map, rows: Sequence[Row], language: Language, link: Link | None = None
) -> Drawing:
    """`rows` on the map; what is in none of its countries is named below it."""
    counted = {
        str(row[chart.country]): row
        for row in rows
        if row[chart.country] is not None and _kind(row) is RowKind.VALUE
    }
    whole = not any(_kind(row) is RowKind.OTHER for row in rows)
    look = table.look_of(chart.value, (row[chart.value] for row in counted.values()))
    values = {code: number_in(row[chart.value]) for code, row in counted.items()}
    classes = _classes([value for value in values.values() if value])
    behind = table.queries.get(chart.value, "")
    shapes: list[Shape] = [_HATCH]
    for code, shape in _largest_first():
        value = values.get(code, 0.0 if whole else None)
        parts = _country(shape, _ground(value, classes))
        if not parts:
            continue
        row = counted.get(code)
        said = _said(row, chart, language, look, whole=whole)
        name = shape.names.get(language.code) or shape.names["en"]
        shapes += linked(parts, row.get(behind) if row else None, link, f"{name} ({code}): {said}")
    shapes += _legend(classes, language, whole=whole)
    below = countries.HEIGHT + _LINE
    for line in _elsewhere(chart, rows, look, language):
        below += _LINE
        shapes.append(text(0, below, line, "soft"))
    return Drawing(countries.WIDTH, below + _SPACE, shapes)


def _largest_first() -> list[tuple[str, countries.Shape]]:
    """Outlines before discs, so that a small country is not under the one around it."""
    return sorted(countries.shapes().items(), key=lambda one: (not one[1].path, -one[1].radius))


def _country(shape: countries.Shape, ground: str) -> list[Shape]:
    parts = [f'<path {ground} d="{shape.path}"/>'] if shape.path else []
    # A tiny country is a dot when there is something to tell of it.
    if shape.radius > 4 or (shape.radius and "land" in ground):
        x, y = shape.middle
        parts.append(
            f'<circle {ground} cx="{place(x)}" cy="{place(y)}" r="{place(shape.radius)}"/>'
        )
    return parts


def _classes(values: Sequence[float]) -> list[float]:
    """The least value of each class, as many as there are strengths at most.

    Powers of ten; where these would tell too little apart, also their double and fivefold.
    """
    if not values:
        return []
    low, high = (math.floor(math.log10(one)) for one in (min(values), max(values)))
    steps = (1, 2, 5) if high - low < _FEW else (1,)
    starts = [step * 10.0**power for power in range(low, high + 1) for step in steps]
    reached = [start for start in starts if start <= max(values)]
    first = sum(start <= min(values) for start in reached) - 1
    return reached[first:][-len(_STRENGTHS) :]


def _ground(value: float | None, classes: Sequence[float]) -> str:
    if value is None:
        return _UNKNOWN
    if value <= 0:
        return _EMPTY
    return f'class="land" fill-opacity="{_strength(value, classes):g}"'


def _strength(value: float, classes: Sequence[float]) -> float:
    at = max((number for number, least in enumerate(classes) if value >= least), default=0)
    return _STRENGTHS[round((at + 1) * len(_STRENGTHS) / len(classes)) - 1]


def _said(
    row: Row | None, chart: Map, language: Language, look: Look, *, whole: bool
) -> Words | str:
    if row is None:
        return language.phrase("none") if whole else language.phrase("not among those shown")
    value = row[chart.value]
    return language.phrase("not known") if value is None else spoken(value, look, language)


def _legend(classes: Sequence[float], language: Language, *, whole: bool) -> list[Shape]:
    shapes: list[Shape] = []
    left, top = 0.0, countries.HEIGHT
    marks: list[tuple[str, str]] = []
    for number, (least, beyond) in enumerate(pairwise([*classes, math.inf])):
        marks.append((_ground(least, classes), _range(number, least, beyond, language)))
    nothing = language.phrase("none") if whole else language.phrase("not among those shown")
    marks.append((_EMPTY if whole else _UNKNOWN, nothing))
    for ground, words in marks:
        shapes.append(
            f'<rect {ground} x="{place(left)}" y="{place(top)}" width="{place(_SIDE)}" '
            f'height="{place(_SIDE)}"/>'
        )
        shapes.append(text(left + _SIDE + 6, top + _SIDE - 1, words, "soft"))
        left += _SIDE + 6 + width_of(words) + _SPACE
    return shapes


def _range(number: int, least: float, beyond: float, language: Language) -> Words:
    if least < 1:
        last = beyond == math.inf
        return language.phrase("below {n}", n=1) if last else language.phrase("less")
    if beyond == math.inf:
        return language.phrase("{n} and more", n=int(least))
    high = int(beyond) - 1
    if number == 0 and least > 1:
        return language.phrase("up to {n}", n=high)
    return language.phrase("{low} to {high}", low=int(least), high=high)


def _elsewhere(chart: Map, rows: Sequence[Row], look: Look, language: Language) -> list[str]:
    """What has no place on the map: other rows, missing ones, regions that are no country."""
    off = [
        row for row in rows
        if _kind(row) is not RowKind.TOTAL and str(row[chart.country]) not in countries.shapes()
    ]  # fmt: skip
    if not off:
        return []
    told = [
        f"{spoken(row[chart.country], Look.TEXT, language)[:40]} "
        f"{spoken(row[chart.value], look, language)}"
        for row in off[:4]
    ]
    if len(off) > len(told):
        told.append("…")
    return [language.phrase("Not on the map: {what}.", what=Words(", ".join(told)))]


def _kind(row: Row) -> RowKind:
    return RowKind(str(row.get(BUCKET) or RowKind.VALUE))
