import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.hostile import cell, json_line, shown

# Lone surrogates in a row that form a pair would be read as one sign; JSON cannot keep them apart.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("gSOAP/2.7", "gSOAP/2.7"),
        (b"caf\xe9\x00", "café\\x00"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\u2028", "\\u2028"),
        ("\x9b2J", "\\x9b2J"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("\u200b\ufeff", "\\u200b\\ufeff"),
        (7547, "7547"),
    ],
)
def test_what_cannot_be_seen_is_written_out(value: object, text: str) -> None:
    assert shown(value) == text


@given(st.text() | st.binary(), st.integers(1, 300))
def test_shown_is_one_bounded_printable_line(value: str | bytes, limit: int) -> None:
    text = shown(value, limit)
    assert text.isprintable()
    assert len(text) <= 10 * limit + 40


def test_a_cut_is_marked_with_the_full_length() -> None:
    assert shown("x" * 5000, 3) == "xxx… (5,000 characters)"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("x;=1+1", "x;'=1+1"),
        ('x","=1+1', 'x","\'=1+1'),
        ("x,\t@A1", "x,\t'@A1"),
        ("gSOAP/2.7", "gSOAP/2.7"),
        ("a-b+c=d", "a-b+c=d"),
        ("", ""),
    ],
)
def test_a_formula_behind_any_separator_becomes_text(text: str, safe: str) -> None:
    assert cell(text) == safe


@given(st.dictionaries(TEXT, TEXT | st.none() | st.integers() | st.booleans()))
def test_json_loses_nothing(value: dict[str, object]) -> None:
    line = json_line(value)
    assert json.loads(line) == value
    assert line.isprintable()


@given(st.text())
def test_json_never_holds_what_a_terminal_obeys(text: str) -> None:
    assert json_line({"a": text}).isprintable()


def test_json_keeps_letters_and_escapes_the_rest() -> None:
    line = json_line({"a": "Zürich 東京 \x1b\x7f\x9b\u2028\u202e\U000e0041"})
    assert line == ('{"a":"Zürich 東京 \\u001b\\u007f\\u009b\\u2028\\u202e\\udb40\\udc41"}')
