"""Times are read by the thousand as they are read one by one."""

import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from gatewatch.model.moment import parse_moment
from gatewatch.pipeline.stamps import parse_stamp, parse_stamps

COMMON = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
MOMENTS = st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20))
DIGITS = st.text("0123456789", min_size=14, max_size=14)
FORMS = DIGITS.map(lambda d: f"{d[:4]}-{d[4:6]}-{d[6:8]}T{d[8:10]}:{d[10:12]}:{d[12:]}Z")


@given(st.lists(MOMENTS | FORMS | st.text("0123456789-T:Z ", min_size=20, max_size=20), min_size=1))
@example(["2026-02-29T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T23:59:60Z"])
@example(["1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z"])
def test_moments_in_the_common_form_are_read_as_one_by_one(texts: list[str]) -> None:
    table = np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(-1, 20)
    for text, moment in zip(texts, parse_stamps(table).tolist(), strict=True):
        common = COMMON.fullmatch(text) and text[17:19] < "60"
        assert moment == (parse_stamp(text.encode()) if common else -1)


@given(st.text(max_size=30))
def test_what_is_no_time_is_minus_one(text: str) -> None:
    try:
        expected = parse_moment(text)
    except ValueError:
        expected = -1
    assert parse_stamp(text.encode()) in {expected, -1}
