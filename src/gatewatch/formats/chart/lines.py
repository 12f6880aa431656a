"""Values over time: a line a series, gaps where nothing is known, breaks where coverage changed."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.marks import (
    Shape,
    compact,
    cut,
    number_in,
    place,
    text,
    ticks,
    width_of,
)
from gatewatch.model.language import Language
from gatewatch.model.table import Lines, Look, Value, spoken

__all__ = ["draw_lines"]

_WIDTH, _HEIGHT, _TOP = 760.0, 260.0, 8.0
_NAMES_MOST = 180.0
_SPACE = 10.0
_LINE = 18.0
# Where lines are so far apart, small ones would lie on the axis.
_SPREAD = 300.0
_STROKES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")
_MARKS = (
    "m-3.5-3.5h7v7h-7z", "m0-4.5l4.5 8h-9z", "m0-5l5 5-5 5-5-5z", "m0 4.5l4.5-8h-9z",
    "m-1.2-4h2.4v2.8h2.8v2.4h-2.8v2.8h-2.4v-2.8h-2.8v-2.4h2.8z", "m-4-1.5h8v3h-8z",
)  # fmt: skip
_MOST_SERIES = len(_MARKS)

Row = Mapping[str, Value]


class _Point(NamedTuple):
    place: int
    """Its place among all moments."""
    value: float | None
    low: float | None
    high: float | None


class _Scale(NamedTuple):
    """From moments and values to pixels."""

    xs: Sequence[float]
    most: float
    least: float | None
    """The lowest power of ten on a logarithmic axis; None: linear from zero."""

    def x(self, place: int) -> float:
        return self.xs[place]

    def y(self, value: float) -> float:
        if self.least is None:
            part = value / self.most
        else:
            low, high = math.log10(self.least), math.log10(self.most)
            part = (math.log10(max(value, self.least)) - low) / ((high - low) or 1.0)
        return _TOP + _HEIGHT * (1.0 - part)


def draw_lines(chart: Lines, rows: Sequence[Row], language: Language) -> Drawing:
    """`rows` as a chart; of many series the first six, which are the largest, and how many more."""
    moments = sorted({str(row[chart.at]) for row in rows if row[chart.at] is not None})
    series = _series(chart, rows, moments)
    every = len({_name(row[chart.series]) for row in rows}) if chart.series else 1
    names = [] if chart.series is None else [spoken(name, Look.TEXT, language) for name in series]
    right = min(max(map(width_of, names), default=0.0), _NAMES_MOST) + 2 * _SPACE
    values = [
        one for points in series.values() for point in points
        for one in (point.value, point.high) if one is not None
    ]  # fmt: skip
    least, marks = _axis(values)
    left = max(width_of(compact(mark, language)) for mark in marks) + _SPACE
    scale = _Scale(_places(moments, left, _WIDTH - right), marks[-1], least)
    broken = {
        moments.index(str(row[chart.at])): str(row[chart.broken])
        for row in rows
        if chart.broken and row[chart.at] is not None and row[chart.broken]
    }
    shapes = _grid(marks, scale, left, _WIDTH - right, language)
    shapes += _days(moments, scale, _WIDTH - right, language)
    for place_, number in zip(sorted(broken), range(1, len(broken) + 1), strict=True):
        shapes += _break(scale, place_, number)
    for number, points in enumerate(series.values()):
        shapes += _line(points, scale, number, set(broken))
    shapes += _names(names, series, scale, _WIDTH - right + _SPACE)
    bottom = _TOP + _HEIGHT + 2 * _LINE
    for number, place_ in enumerate(sorted(broken), 1):
        why = spoken(broken[place_], Look.WHOLE)
        words = f"{number}: {_day(moments[place_], language)}: {why}"
        bottom += _LINE
        shapes.append(text(left, bottom, cut(words, _WIDTH - left), "soft", words[:200]))
    if every > len(series):
        bottom += _LINE
        left_out = language.phrase(
            "{drawn} of {all} lines are drawn.", drawn=len(series), all=every
        )
        shapes.append(text(left, bottom, left_out, "soft"))
    return Drawing(_WIDTH, bottom + 6, shapes)


def _series(chart: Lines, rows: Sequence[Row], moments: Sequence[str]) -> dict[Value, list[_Point]]:
    """The points of each series, in time; moments without a row are gaps."""
    at = {moment: place for place, moment in enumerate(moments)}
    found: dict[Value, dict[int, _Point]] = {}
    for row in rows:
        if row[chart.at] is None:
            continue
        name = _name(row[chart.series]) if chart.series else None
        if name not in found and len(found) == _MOST_SERIES:
            continue
        where = at[str(row[chart.at])]
        value, low, high = (
            number_in(row[column]) if column else None
            for column in (chart.value, chart.low, chart.high)
        )
        found.setdefault(name, {})[where] = _Point(where, value, low, high)
    return {
        name: [points.get(place, _Point(place, None, None, None)) for place in range(len(moments))]
        for name, points in found.items()
    }


def _name(value: Value) -> Value:
    return value if value is None or isinstance(value, str | int | float) else ", ".join(value)


def _axis(values: Sequence[float]) -> tuple[float | None, list[float]]:
    """The foot of a logarithmic axis, or None, and the marks of the axis."""
    positive = [value for value in values if value > 0]
    if len(positive) == len(values) and positive and max(positive) > _SPREAD * min(positive):
        low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
        return 10.0**low, [10.0**power for power in range(low, high + 1)]
    return None, ticks(max(values, default=0.0))


def _day(moment: str, language: Language) -> str:
    return spoken(language.day(moment), Look.WHOLE)


def _places(moments: Sequence[str], left: float, right: float) -> list[float]:
    """By time where all are days or moments, else one after the other."""
    try:
        seconds = [_seconds(moment) for moment in moments]
    except ValueError:
        seconds = [float(number) for number in range(len(moments))]
    if not seconds or seconds[0] == seconds[-1]:
        return [(left + right) / 2] * len(seconds)
    width = (right - left) / (seconds[-1] - seconds[0])
    return [left + (one - seconds[0]) * width for one in seconds]


def _seconds(moment: str) -> float:
    """Raises ValueError for what is neither a day nor a moment."""
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _grid(
    marks: Sequence[float], scale: _Scale, left: float, right: float, language: Language
) -> list[Shape]:
    shapes = []
    for mark in marks:
        y = scale.y(mark)
        shapes.append(f'<path class="grid" d="M{place(left)} {place(y)}H{place(right)}"/>')
        shapes.append(text(left - _SPACE, y + 4.5, compact(mark, language), "end soft"))
    return shapes


def _days(moments: Sequence[str], scale: _Scale, right: float, language: Language) -> list[Shape]:
    """As many as have room, the last one always."""
    shapes: list[Shape] = []
    free = math.inf
    for number in range(len(moments) - 1, -1, -1):
        words = cut(_day(moments[number], language), 130)
        half = width_of(words) / 2
        x = min(max(scale.x(number), half), right - half)
        if x + half + _SPACE <= free:
            shapes.append(text(x, _TOP + _HEIGHT + _LINE, words, "middle soft"))
            free = x - half
    return shapes


def _break(scale: _Scale, where: int, number: int) -> list[Shape]:
    """Between the moment that can be compared no more and the one before."""
    x = (scale.x(where) + scale.x(where - 1)) / 2 if where else scale.x(where)
    line = f'<path class="break" d="M{place(x)} {place(_TOP)}v{place(_HEIGHT)}"/>'
    return [line, text(x + 5, _TOP + 10, str(number), "soft")]


def _line(points: Sequence[_Point], scale: _Scale, number: int, broken: set[int]) -> list[Shape]:
    shapes: list[Shape] = []
    for run in _runs(points, broken):
        shapes += _band(run, scale, number)
        steps = " ".join(f"{place(scale.x(at))} {place(scale.y(value))}" for at, value, *_ in run)
        stroke = f' stroke-dasharray="{_STROKES[number]}"' if _STROKES[number] else ""
        shapes.append(f'<path class="path s{number}" d="M{steps}"{stroke}/>')
    marks = "".join(
        f"M{place(scale.x(one.place))} {place(scale.y(one.value))}{_MARKS[number]}"
        for one in points
        if one.value is not None
    )
    return [*shapes, f'<path class="s{number}" d="{marks}"/>'] if marks else shapes


def _runs(
    points: Sequence[_Point], broken: set[int]
) -> list[list[tuple[int, float, float | None, float | None]]]:
    """Points that a line may join: no gap and no break between them."""
    runs: list[list[tuple[int, float, float | None, float | None]]] = []
    joined = False
    for point in points:
        if point.value is None:
            joined = False
            continue
        if not joined or point.place in broken:
            runs.append([])
        runs[-1].append((point.place, point.value, point.low, point.high))
        joined = True
    return runs


def _band(
    run: Sequence[tuple[int, float, float | None, float | None]], scale: _Scale, number: int
) -> list[Shape]:
    sides = [(at, low, high) for at, _, low, high in run if low is not None and high is not None]
    if len(sides) < 2 or all(low == high for _, low, high in sides):
        return []
    edge = [(at, high) for at, _, high in sides] + [(at, low) for at, low, _ in reversed(sides)]
    steps = " ".join(f"{place(scale.x(at))} {place(scale.y(value))}" for at, value in edge)
    return [f'<path class="s{number} band" d="M{steps}z"/>']


def _names(
    names: Sequence[str], series: Mapping[Value, Sequence[_Point]], scale: _Scale, left: float
) -> list[Shape]:
    """Each line's name at its end, moved apart where ends lie close together."""
    ends = []
    for number, (name, points) in enumerate(zip(names, series.values(), strict=False)):
        last = next((one.value for one in reversed(points) if one.value is not None), None)
        if last is not None:
            ends.append((scale.y(last), number, name))
    shapes = []
    for y, (_, number, name) in zip(
        _apart([end[0] for end in sorted(ends)]), sorted(ends), strict=True
    ):
        short = cut(name, _NAMES_MOST)
        told = name[:200] if short != name else ""
        shapes.append(text(left, y + 4.5, short, f"s{number}", told))
    return shapes


def _apart(places: Sequence[float]) -> list[float]:
    """Ascending `places`, moved so that lines of text do not overlap and none is below the axis."""
    found: list[float] = []
    for place_ in places:
        found.append(max(place_, found[-1] + _LINE) if found else place_)
    lowest = _TOP + _HEIGHT
    for number in range(len(found) - 1, -1, -1):
        found[number] = lowest = min(found[number], lowest)
        lowest -= _LINE
    return found
