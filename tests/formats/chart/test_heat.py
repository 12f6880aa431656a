"""Cross-tabs: grounds and numbers."""

import re

from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.heat import draw_heat
from gatewatch.model.language import ENGLISH
from gatewatch.model.table import Heat, Table, Value


def drawn(expected: float | None, *counts: int) -> Drawing:
    rows: list[dict[str, Value]] = [{"x": "a", "n": count, "e": expected} for count in counts]
    chart = Heat("x", ("n",), {} if expected is None else {"n": "e"})
    return draw_heat(Table(("x", "n", "e"), [], headings={"n": "gSOAP"}), chart, rows, ENGLISH)


def grounds(drawing: Drawing) -> list[tuple[str, float]]:
    found = (
        re.match(r'<rect class="(\w+)".* height="24" fill-opacity="([\d.]+)"', shape)
        for shape in drawing.shapes
    )
    return [(one[1], float(one[2])) for one in found if one]


def test_large_numbers_stand_on_strong_ground() -> None:
    assert grounds(drawn(None, 0, 25, 100)) == [("cell", 0.0), ("cell", 0.28), ("cell", 0.55)]


def test_more_and_less_than_expected_have_grounds_of_their_own() -> None:
    less, equal, more = grounds(drawn(100, 10, 100, 900))
    assert (less, more) == (("cell", 0.55), ("more", 0.55))
    assert equal[1] == 0.0


def test_what_the_grounds_say_is_told() -> None:
    words = "".join(drawn(100, 10).shapes)
    assert "more than expected" in words
    assert "more than expected" not in "".join(drawn(None, 10).shapes)


def test_every_cell_carries_its_number_and_every_column_its_heading() -> None:
    words = re.findall(r">([^<>]+)</text>", "".join(drawn(None, 1234).shapes))
    assert words == ["gSOAP", "a", "1,234"]
