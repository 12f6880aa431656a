# Invariant: any text is a time between 2000 and 2099 or a ValueError with a short reason; a time
# written by `iso` reads the same to the second; time is linear.
"""Tries model/moment.py."""

from fuzz.laws import check_one_line

from gatewatch.model.moment import SECOND, day_of, iso, parse_moment

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    *(b"1795132800", b"1795132800.123456", b"1795132800123", b"1795132800123456"),
    *(b"1795132800123456789", b"2026-11-20T03:14:07Z", b"2026-11-20T03:14:07.123456789+02:00"),
    *(b"2019-06-11 02:11:09 UTC", b"2019-06-11T02:11:09.123+0000", b"2026-11-20 03:14:60"),
    *(b"2026-11-20", b"2026-11-20 03:14", b"2026-12-31T23:59:60Z", b"2000-01-01T00:00:00+23:59"),
]
TOKENS = [
    b"T",
    b"Z",
    b"+00:00",
    b"-99:99",
    b".",
    b",",
    b" UTC",
    b":60",
    b"0000-",
    b"-02-29",
    b"24:",
]


def one(data: bytes) -> None:
    """Reads `data` as a time."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        moment = parse_moment(text)
    except ValueError as error:
        check_one_line(error, 100)
        return
    assert 946_684_800 * SECOND <= moment < 4_102_444_800 * SECOND
    assert parse_moment(iso(moment)) == moment // SECOND * SECOND
    assert iso(moment).startswith(day_of(moment))
