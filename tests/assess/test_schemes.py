"""Versions compare as their makers count; what is no version of a scheme is none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.assess.schemes import Scheme, schemes
from gatewatch.assess.spans import LAST, exactly, line

EACH = pytest.mark.parametrize("scheme", schemes().values(), ids=schemes())


@EACH
def test_versions_are_in_the_order_that_the_scheme_states(scheme: Scheme) -> None:
    spans = [scheme.span(version) for version in scheme.ORDER]
    for older, newer in pairwise(spans):
        assert older is not None
        assert newer is not None
        assert older.low < newer.low, (older, newer)


@EACH
@given(text=st.text(max_size=60) | st.from_regex(r"[0-9]{1,30}(\.[0-9]{1,30}){0,9}[a-z(.]{0,9}"))
def test_any_text_is_a_span_or_none(scheme: Scheme, text: str) -> None:
    span = scheme.span(text)
    assert span is None or span.low <= span.high


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("rompager", "4.7"), ("rompager", "4.07x"), ("rompager", ""), ("gsoap", "2"),
        ("gsoap", "2.8.x"), ("d-link", "A1"), ("zyxel", "3.40"), ("routeros", "long-term"),
        ("dotted", "1..2"), ("dotted", "19dec2003"), ("tp-link", "Build 20230219"),
    ],
)  # fmt: skip
def test_what_is_no_version_has_no_span(scheme: str, text: str) -> None:
    assert schemes()[scheme].span(text) is None


@pytest.mark.parametrize(
    ("scheme", "one", "other"),
    [
        ("rompager", "4.07", " 4.07 "), ("dotted", "1.0", "v1.0.0"), ("d-link", "1.14", "1.14WW"),
        ("d-link", "1.08B04", "1.08.b04"), ("routeros", "6.43", "6.43.0"),
    ],
)  # fmt: skip
def test_spellings_of_one_version_are_equal(scheme: str, one: str, other: str) -> None:
    assert schemes()[scheme].span(one) == schemes()[scheme].span(other)


def test_a_gsoap_banner_stands_for_its_line_and_no_other() -> None:
    line_28, line_280 = schemes()["gsoap"].span("2.8"), schemes()["gsoap"].span("2.80")
    exact = schemes()["gsoap"].span("2.8.48")
    assert line_28 is not None
    assert line_280 is not None
    assert exact is not None
    assert line_28.low < exact.low < line_28.high < line_280.low


def test_a_line_begins_with_its_first_release_and_has_no_last() -> None:
    assert line(2, 8).low == exactly(2, 8).low
    assert line(2, 8).high > exactly(2, 8, LAST - 1).high
