"""Conditions are words with stars at their ends; letter case never matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.assess.conditions import FieldReader, read_pattern

WORDS = ("td-8817", "TD-8817*", "*8817", "*88*", "*")


@pytest.mark.parametrize(
    ("value", "matching"),
    [
        ("TD-8817", {0, 1, 2, 3, 4}), ("TD-8817 V7", {1, 3, 4}), ("xTD-8817", {2, 3, 4}),
        ("88", {3, 4}), ("", {4}), ("other", {4}),
    ],
)  # fmt: skip
def test_words_match_whole_begin_end_or_part(value: str, matching: set[int]) -> None:
    patterns = [read_pattern(word) for word in WORDS]
    assert set(FieldReader(patterns).matched(value)) == {patterns[at] for at in matching}


@pytest.mark.parametrize(("word", "what"), [("", "nothing"), ("**", "nothing"), ("a*b", "star")])
def test_what_could_mislead_is_refused(word: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        read_pattern(word)


@given(st.text(max_size=30))
def test_a_word_matches_itself_in_any_case(text: str) -> None:
    if not text or "*" in text or text.lower() != text.upper().lower():
        return
    reader = FieldReader([read_pattern(text)])
    assert reader.matched(text.upper())
    assert reader.matched(text)
