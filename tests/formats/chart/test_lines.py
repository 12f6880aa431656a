"""Lines over time: gaps, breaks, scales."""

import re
from itertools import pairwise

import pytest

from gatewatch.formats.chart.canvas import Drawing
from gatewatch.formats.chart.lines import draw_lines
from gatewatch.model.language import ENGLISH
from gatewatch.model.table import Lines, Value

CHART = Lines("at", "n", series="server", low="low", high="high", broken="broken")


def drawn(*rows: tuple[Value, ...]) -> Drawing:
    columns = ("at", "server", "n", "low", "high", "broken")
    padded = [dict(zip(columns, (*row, *[None] * 6)[:6], strict=True)) for row in rows]
    return draw_lines(CHART, padded, ENGLISH)


def paths(drawing: Drawing, kind: str) -> list[list[tuple[float, float]]]:
    found = []
    for shape in drawing.shapes:
        line = re.match(rf'<path class="{kind}" d="M([-\d. ]+)', shape)
        if line:
            numbers = [float(word) for word in line[1].split()]
            found.append([*zip(numbers[::2], numbers[1::2], strict=True)])
    return found


def months(*values: float | None, server: str = "a") -> list[tuple[Value, ...]]:
    return [(f"2026-{number:02}-01", server, value) for number, value in enumerate(values, 1)]


def test_a_line_joins_its_moments_in_time() -> None:
    (line,) = paths(drawn(*reversed(months(1, 2, 3))), "path s0")
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert [y for _, y in line] == sorted((y for _, y in line), reverse=True)


def test_a_missing_moment_is_a_gap() -> None:
    assert [len(line) for line in paths(drawn(*months(1, 2, None, 4, 5)), "path s0")] == [2, 2]


def test_a_moment_that_one_series_lacks_is_a_gap_in_it() -> None:
    rows = [*months(1, 2, 3, server="a"), *months(1, server="b"), ("2026-03-01", "b", 3)]
    assert [len(line) for line in paths(drawn(*rows), "path s1")] == [1, 1]


def test_no_line_is_drawn_across_a_break_and_the_words_are_said() -> None:
    rows = months(9, 8, 3, 2)
    rows[2] = (*rows[2], None, None, "coverage 99 % to 41 %")
    drawing = drawn(*rows)
    assert [len(line) for line in paths(drawing, "path s0")] == [2, 2]
    assert sum('class="break"' in shape for shape in drawing.shapes) == 1
    assert any("coverage 99 % to 41 %" in shape for shape in drawing.shapes)


def test_time_and_not_their_number_parts_the_moments() -> None:
    rows = [("2026-01-01", "a", 1), ("2026-01-02", "a", 1), ("2026-12-31", "a", 1)]
    ((first, second, third),) = paths(drawn(*rows), "path s0")
    assert third[0] - second[0] > 100 * (second[0] - first[0])


def test_names_that_are_no_days_stand_one_after_the_other() -> None:
    rows = [(name, "a", 1) for name in ("before", "now", "then")]
    ((first, second, third),) = paths(drawn(*rows), "path s0")
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.2)


def test_small_and_large_are_both_seen_on_a_logarithmic_axis() -> None:
    rows = [*months(1_000_000, 1_000_000, server="a"), *months(10, 100, server="b")]
    drawing = drawn(*rows)
    ((low, high),) = paths(drawing, "path s1")
    assert low[1] - high[1] > 20


def test_an_interval_is_a_band() -> None:
    rows = [(day, "a", 10, 8, 12) for day in ("2026-01-01", "2026-02-01")]
    assert len(paths(drawn(*rows), "s0 band")[0]) == 4
    certain = [(day, "a", 10, 10, 10) for day in ("2026-01-01", "2026-02-01")]
    assert paths(drawn(*certain), "s0 band") == []


def test_names_do_not_overlap() -> None:
    rows = [row for name in "abcdef" for row in months(1, 1, server=name)]
    places = sorted(
        float(found[1])
        for shape in drawn(*rows).shapes
        if (found := re.match(r'<text x="[\d.]+" y="([\d.]+)" class="s\d"', shape))
    )
    assert len(places) == 6
    assert all(second - first >= 17 for first, second in pairwise(places))


@pytest.mark.parametrize("rows", [[], [(None, "a", 1)], [("2026-01-01", None, None)]])
def test_next_to_nothing_is_drawn_without_error(rows: list[tuple[Value, ...]]) -> None:
    assert drawn(*rows).height > 0


@pytest.mark.parametrize(("count", "said"), [(6, False), (9, True)])
def test_lines_that_are_not_drawn_are_told(count: int, said: bool) -> None:
    rows = [row for number in range(count) for row in months(1, 2, server=f"s{number}")]
    assert any(f"6 of {count} lines are drawn." in shape for shape in drawn(*rows).shapes) is said
