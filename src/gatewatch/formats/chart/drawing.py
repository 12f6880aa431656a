"""The drawing of a table, whatever its chart."""

from collections.abc import Sequence

from gatewatch.formats.chart.bars import draw_bars
from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.heat import draw_heat
from gatewatch.formats.chart.lines import draw_lines
from gatewatch.formats.chart.map import draw_map
from gatewatch.formats.chart.marks import Link
from gatewatch.model.language import Language
from gatewatch.model.table import Bars, Heat, Map, Table, Value

__all__ = ["ROWS_MOST", "draw"]

ROWS_MOST = 200
"""A chart of more rows tells nobody anything; the table under it has them all."""


def draw(
    table: Table, rows: Sequence[Sequence[Value]], language: Language, link: Link | None = None
) -> Drawing | None:
    """The chart of the first rows of `table`; None when it asks for none, or has no rows.

    With `link` each part leads to what the query behind it finds.
    """
    chart = table.chart
    if chart is None or not rows:
        return None
    # Lines take all rows: a series more or less, and time, are what they are about.
    named = [dict(zip(table.columns, row, strict=True)) for row in rows]
    if isinstance(chart, Bars):
        return draw_bars(table, chart, named[:ROWS_MOST], language, link)
    if isinstance(chart, Heat):
        return draw_heat(table, chart, named[:ROWS_MOST], language, link)
    if isinstance(chart, Map):
        return draw_map(table, chart, named, language, link)
    return draw_lines(chart, named, language)
