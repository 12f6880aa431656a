"""Bars: lengths, whiskers, marks, words."""

import re

from gatewatch.formats.chart.bars import draw_bars
from gatewatch.formats.chart.canvas import Drawing
from gatewatch.model.language import ENGLISH
from gatewatch.model.table import BUCKET, Bars, RowKind, Table, Value


def drawn(chart: Bars, *rows: dict[str, Value]) -> Drawing:
    return draw_bars(Table(tuple(rows[0]) if rows else (), []), chart, rows, ENGLISH)


def shapes(drawing: Drawing, kind: str) -> list[str]:
    return [shape for shape in drawing.shapes if f'class="{kind}"' in shape]


def test_other_and_missing_are_told_apart_and_a_total_is_not_drawn() -> None:
    kinds = (RowKind.VALUE, RowKind.OTHER, RowKind.MISSING, RowKind.TOTAL)
    rows: list[dict[str, Value]] = [{"x": kind, "n": 5, BUCKET: kind} for kind in kinds]
    drawing = drawn(Bars("x", "n"), *rows)
    assert (len(shapes(drawing, "bar")), len(shapes(drawing, "rest"))) == (1, 2)


def test_what_is_there_is_seen_however_small() -> None:
    drawing = drawn(Bars("x", "n"), {"x": "a", "n": 1}, {"x": "b", "n": 10**9}, {"x": "c", "n": 0})
    widths = [re.search(r' width="([\d.]+)"', shape) for shape in shapes(drawing, "bar")]
    assert [found[1] for found in widths if found][::2] == ["1", "0"]


def test_an_estimate_has_its_interval_and_the_snapshot_before_its_mark() -> None:
    chart = Bars("x", "n", "low", "high", "before")
    row: dict[str, Value] = {"x": "a", "n": 10, "low": 8, "high": 12, "before": 11}
    assert len(shapes(drawn(chart, row), "mark")) == 2
    certain = row | {"low": 10, "high": 10, "before": None}
    assert shapes(drawn(chart, certain), "mark") == []


def test_nothing_is_drawn_to_the_left_of_zero() -> None:
    row: dict[str, Value] = {"x": "a", "n": 10, "low": -(10**9), "high": 12, "before": -(10**9)}
    for mark in shapes(drawn(Bars("x", "n", "low", "high", "before"), row), "mark"):
        assert "M-" not in mark


def test_a_long_label_is_cut_and_told_whole_to_who_points_at_it() -> None:
    drawing = drawn(Bars("x", "n"), {"x": "long " * 30, "n": 1})
    (label,) = [shape for shape in drawing.shapes if "long" in shape]
    assert "…</text>" in label
    assert "<title>" in label


def test_no_rows_are_no_bars() -> None:
    assert drawn(Bars("x", "n")).shapes == []
