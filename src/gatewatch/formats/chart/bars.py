"""A bar a row, from zero, with its words to the left and its number to the right."""

from collections.abc import Mapping, Sequence

from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.marks import Link, Shape, cut, linked, number_in, place, text, width_of
from gatewatch.model.language import Language
from gatewatch.model.table import BUCKET, Bars, Look, RowKind, Table, Value, spoken

__all__ = ["draw_bars"]

_HEIGHT, _GAP, _WIDTH = 18.0, 8.0, 760.0
_LABELS_MOST = 280.0
_SPACE = 10.0

Row = Mapping[str, Value]


def draw_bars(
    table: Table, chart: Bars, rows: Sequence[Row], language: Language, link: Link | None = None
) -> Drawing:
    """`rows` as a chart; those without a number, and totals, are left out."""
    behind = table.queries.get(chart.value)
    shown = [row for row in rows if number_in(row[chart.value]) is not None and not _is_total(row)]
    labels = [spoken(row[chart.label], Look.TEXT, language) for row in shown]
    look = table.look_of(chart.value, (row[chart.value] for row in shown))
    figures = [spoken(row[chart.value], look, language) for row in shown]
    left = min(max(map(width_of, labels), default=0.0), _LABELS_MOST) + _SPACE
    right = max(map(width_of, figures), default=0.0) + 2 * _SPACE
    longest = max((_reach(row, chart) for row in shown), default=0.0) or 1.0
    scale = (_WIDTH - left - right) / longest
    shapes: list[Shape] = []
    for number, (row, label, figure) in enumerate(zip(shown, labels, figures, strict=True)):
        top = number * (_HEIGHT + _GAP)
        parts = _bar(row, chart, top, left, scale)
        base = top + _HEIGHT - 4.5
        short = cut(label, left - _SPACE)
        kind = "end" if _kind(row) is RowKind.VALUE else "end soft"
        parts.append(text(left - _SPACE, base, short, kind, label[:200] if short != label else ""))
        parts.append(text(left + _reach(row, chart) * scale + _SPACE, base, figure))
        if link is None:
            shapes += parts
        else:
            shapes += linked(parts, row.get(behind or ""), link, f"{label[:200]}: {figure}")
    return Drawing(_WIDTH, len(shown) * (_HEIGHT + _GAP), shapes)


def _bar(row: Row, chart: Bars, top: float, left: float, scale: float) -> list[Shape]:
    value = number_in(row[chart.value]) or 0.0
    kind = "bar" if _kind(row) is RowKind.VALUE else "rest"
    # What is there is seen, however small its share.
    width = max(value * scale, 1.0 if value > 0 else 0.0)
    shapes = [
        f'<rect class="{kind}" x="{place(left)}" y="{place(top)}" width="{place(width)}" '
        f'height="{place(_HEIGHT)}"/>'
    ]
    low, high = (number_in(row[name]) if name else None for name in (chart.low, chart.high))
    if low is not None and high is not None and high > low:
        # A bar begins at zero, and nothing is drawn to the left of it.
        first, last = (left + max(end, 0.0) * scale for end in (low, high))
        shapes.append(_whisker(first, last, top + _HEIGHT / 2))
    before = number_in(row[chart.before]) if chart.before else None
    if before is not None:
        x = place(left + max(before, 0.0) * scale)
        shapes.append(f'<path class="mark" d="M{x} {place(top - 2)}V{place(top + _HEIGHT + 2)}"/>')
    return shapes


def _whisker(first: float, last: float, middle: float) -> Shape:
    low, high, y = place(first), place(last), place(middle)
    ends = f"M{low} {place(middle - 4)}v8M{high} {place(middle - 4)}v8"
    return f'<path class="mark" d="M{low} {y}H{high}{ends}"/>'


def _reach(row: Row, chart: Bars) -> float:
    """How far to the right anything of the row goes."""
    names = (chart.value, chart.high, chart.before)
    return max(number_in(row[name]) or 0.0 for name in names if name)


def _kind(row: Row) -> RowKind:
    return RowKind(str(row.get(BUCKET) or RowKind.VALUE))


def _is_total(row: Row) -> bool:
    return _kind(row) is RowKind.TOTAL
