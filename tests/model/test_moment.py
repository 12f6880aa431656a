from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.moment import SECOND, day_of, iso, parse_moment

JUNE = 1_560_219_069 * SECOND  # 2019-06-11T02:11:09Z


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1560219069, JUNE),
        ("1560219069", JUNE),
        (1560219069.5, JUNE + 500_000),
        ("1560219069123", JUNE + 123_000),
        ("1560219069123456", JUNE + 123_456),
        ("1560219069123456789", JUNE + 123_456),
        ("2019-06-11T02:11:09Z", JUNE),
        ("2019-06-11T02:11:09z", JUNE),
        ("2019-06-11T04:11:09+02:00", JUNE),
        ("2019-06-11T04:11:09+0200", JUNE),
        ("2019-06-10T21:11:09-05:00", JUNE),
        ("2019-06-11 02:11:09 UTC", JUNE),
        ("2019-06-11 02:11:09", JUNE),
        ("2019-06-11T02:11:09.123456789Z", JUNE + 123_456),
        ("2019-06-11T02:11:09,5", JUNE + 500_000),
        ("2019-06-11", JUNE - 7869 * SECOND),
        ("2016-12-31T23:59:60Z", 1_483_228_800 * SECOND),
    ],
)
def test_times_of_all_scanners_are_read(value: str | float, moment: int) -> None:
    assert parse_moment(value) == moment


@pytest.mark.parametrize(
    "value",
    ["", "now", "2019-13-01", "2019-02-30T00:00:00Z", "1999-12-31", "2100-01-01", "0", "-1",
     "1e9", "9" * 30, "2019-06-11T25:00:00Z", "١٥٦٠٢١٩٠٦٩", "nan", "inf", "٢٠١٩-06-11"],
)  # fmt: skip
def test_what_is_no_time_is_a_value_error(value: str) -> None:
    with pytest.raises(ValueError, match=r"time|range|month|day|hour|invalid"):
        parse_moment(value)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        parse_moment(text)
    except ValueError:
        return
    assert text.strip()


@given(st.integers(946_684_800, 4_102_444_799))
def test_written_times_come_back(seconds: int) -> None:
    whole = datetime.fromtimestamp(seconds, UTC)
    parsed = parse_moment(whole.isoformat())
    assert iso(parsed) == whole.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parse_moment(iso(parsed)) == parsed
    assert day_of(parsed) == whole.strftime("%Y-%m-%d")
