"""Room for words, and round numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.chart.marks import compact, cut, escaped, ticks, width_of
from gatewatch.model.language import ENGLISH, language


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (10, [0, 2, 4, 6, 8, 10]),
        (412_310, [0, 100_000, 200_000, 300_000, 400_000, 500_000]),
        (0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
    ],
)
def test_an_axis_has_round_marks(most: float, marks: list[float]) -> None:
    assert ticks(most) == pytest.approx(marks)


@given(st.floats(1e-6, 1e12))
def test_an_axis_reaches_its_greatest_value_with_few_marks(most: float) -> None:
    marks = ticks(most)
    assert marks[0] == 0
    assert marks[-1] >= most * (1 - 1e-9)
    assert 2 <= len(marks) <= 8


@pytest.mark.parametrize(
    ("value", "said"),
    [(7, "7"), (950, "950"), (1500, "1.5 k"), (200_000, "200 k"), (1e6, "1 M"), (0.5, "0.5")],
)
def test_values_on_an_axis_are_short(value: float, said: str) -> None:
    assert compact(value, ENGLISH) == said


def test_values_on_an_axis_are_in_the_readers_habit() -> None:
    assert compact(1500, language("fr")) == "1,5 k"


@given(st.text(st.characters(categories=["L", "N", "P"])), st.floats(20, 400))
def test_what_is_cut_fits(words: str, room: float) -> None:
    short = cut(words, room)
    assert width_of(short) <= room + 0.01
    assert words.startswith(short.removesuffix("…"))


def test_xml_has_no_sign_of_the_text() -> None:
    assert escaped("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"
