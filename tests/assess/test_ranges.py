"""Ranges: inside, outside, partly or unknown, never wrongly sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.assess.ranges import Place, read_range

IVY = ">= 2.7.0, <= 2.8.47"


@pytest.mark.parametrize(
    ("scheme", "bounds", "version", "place"),
    [
        ("rompager", "< 4.34", "4.07", Place.INSIDE),
        ("rompager", "< 4.34", "4.30b3", Place.INSIDE),
        ("rompager", "< 4.34", "4.01.1", Place.INSIDE),
        ("rompager", "< 4.34", " 2.10", Place.INSIDE),
        ("rompager", "< 4.34", "4.34", Place.OUTSIDE),
        ("rompager", "= 4.34", "4.34", Place.INSIDE),
        ("rompager", "< 4.51", "4.34", Place.INSIDE),
        ("rompager", "< 4.51", "4.51", Place.OUTSIDE),
        ("rompager", "< 4.34", None, Place.UNKNOWN),
        ("rompager", "< 4.34", "four", Place.UNKNOWN),
        ("gsoap", IVY, "2.7", Place.INSIDE),
        ("gsoap", IVY, "2.8", Place.PARTLY),
        ("gsoap", IVY, "2.80", Place.OUTSIDE),
        ("gsoap", IVY, "2.8.47", Place.INSIDE),
        ("gsoap", IVY, "2.8.48", Place.OUTSIDE),
        ("gsoap", "> 2.8", "2.8.48", Place.OUTSIDE),
        ("gsoap", "> 2.8.4", "2.8", Place.PARTLY),
        ("gsoap", "= 2.8", "2.8.48", Place.INSIDE),
        ("d-link", "<= 1.04", "1.04", Place.INSIDE),
        ("d-link", "<= 1.04", "1.04B02", Place.INSIDE),
        ("d-link", "<= 1.08B04", "1.08", Place.PARTLY),
        ("zyxel", "<= 1.00(AAFR.4)C0_20170615", "1.00(AAFR.2)C0", Place.INSIDE),
        ("zyxel", "<= 1.00(AAFR.4)C0_20170615", "1.00(AAFR.4)C0", Place.PARTLY),
        ("zyxel", "<= 1.00(AAFR.4)C0_20170615", "1.00(BOQ.2)C0", Place.UNKNOWN),
        ("tp-link", "< 1.1.4 Build 20230219", "1.1.4 Build 20230219 rel.69802", Place.OUTSIDE),
        ("dotted", "< 1.2 | >= 2.0, < 2.3", "1.9", Place.OUTSIDE),
        ("dotted", "< 1.2 | >= 2.0, < 2.3", "2.2", Place.INSIDE),
    ],
)
def test_where_a_version_lies(scheme: str, bounds: str, version: str | None, place: Place) -> None:
    assert read_range(bounds, scheme).place(version) is place


@pytest.mark.parametrize(
    ("scheme", "bounds", "what"),
    [
        ("colour", "< 1", "no scheme"), ("dotted", "", "is no bound"), ("dotted", "1.2", "bound"),
        ("dotted", "< 1.2,", "is no bound"), ("rompager", "< 4.7", "is no version of the scheme"),
        ("dotted", "=< 1.2", "is no bound"),
    ],
)  # fmt: skip
def test_what_is_no_range_is_refused(scheme: str, bounds: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        read_range(bounds, scheme)


NUMBERS = st.integers(0, 30)


@given(bound=NUMBERS, patch=NUMBERS)
def test_a_line_is_inside_only_when_each_of_its_releases_is(bound: int, patch: int) -> None:
    affected = read_range(f"<= 2.8.{bound}", "gsoap")
    if affected.place("2.8") is Place.INSIDE:
        assert affected.place(f"2.8.{patch}") is Place.INSIDE
    if affected.place("2.8") is Place.OUTSIDE:
        assert affected.place(f"2.8.{patch}") is Place.OUTSIDE


@given(low=NUMBERS, high=NUMBERS, version=NUMBERS)
def test_plain_versions_lie_where_numbers_do(low: int, high: int, version: int) -> None:
    inside = low <= version < high
    found = read_range(f">= 1.{low}, < 1.{high}", "dotted").place(f"1.{version}")
    assert found is (Place.INSIDE if inside else Place.OUTSIDE)
