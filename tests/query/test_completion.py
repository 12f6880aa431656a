"""What may be written at a place in a query."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.model.fields import FIELDS
from gatewatch.query.completion import fields_like, value_text, wanted_at
from gatewatch.query.parser import parse


@pytest.mark.parametrize(
    ("text", "start", "begun"),
    [
        ("", 0, ""),
        ("cou", 0, "cou"),
        ("country:IT ser", 11, "ser"),
        ("(ser", 1, "ser"),
        ("-ser", 1, "ser"),
        ("not ser", 4, "ser"),
        ("country:IT ", 11, ""),
    ],
)
def test_after_a_blank_a_name_is_written(text: str, start: int, begun: str) -> None:
    wanted = wanted_at(text, len(text))
    assert wanted is not None
    assert (wanted.start, wanted.begun, wanted.field) == (start, begun, None)


@pytest.mark.parametrize(
    ("text", "name", "begun", "before"),
    [
        ("country:", "country", "", "country:"),
        ("country:I", "country", "I", "country:"),
        ('x:y server="Rom Pa', "server", "Rom Pa", "server="),
        ("status>=4", "status", "4", "status>="),
        ("-country:F", "country", "F", "country:"),
    ],
)
def test_after_an_operator_a_value_is_written(
    text: str, name: str, begun: str, before: str
) -> None:
    wanted = wanted_at(text, len(text))
    assert wanted is not None
    assert wanted.field is FIELDS[name]
    assert (wanted.begun, wanted.before) == (begun, before)


@pytest.mark.parametrize("text", ['server:"a b" "within ', "nofield:x", '"text ser'])
def test_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert wanted_at(text, len(text)) is None


def test_the_place_counts_not_the_end() -> None:
    wanted = wanted_at("cou server:x", 3)
    assert wanted is not None
    assert wanted.begun == "cou"


def test_names_come_before_parts_and_aliases() -> None:
    names = [one.name for one in fields_like("ser")]
    assert names[0].startswith("ser")
    assert "software.version" in [one.name for one in fields_like("vers")]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_value_that_is_offered_can_be_read(value: str) -> None:
    read = parse(f"server={value_text(FIELDS['server'], value)}")
    assert read.node is not None


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(-5, 300))
def test_any_text_has_an_answer_within_it(text: str, at: int) -> None:
    wanted = wanted_at(text, at)
    assert wanted is None or 0 <= wanted.start <= len(text)
