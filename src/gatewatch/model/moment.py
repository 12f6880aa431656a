"""Moments as scanners write them, read as microseconds since 1970 in UTC.

Scan files write epoch seconds (as number or string), milli-, micro- and nanoseconds, RFC 3339
with any zone and up to nine digits, `2019-06-11 02:11:09 UTC` (BigQuery), `+0000` without a
colon (ZMap) and naive times that mean UTC (Shodan, Shadowserver, IVRE).
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

__all__ = ["SECOND", "day_of", "iso", "parse_moment"]

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TWO_DIGITS = {f"{number:02}": number for number in range(60)}
_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
# A number's size tells its unit: epoch seconds stay below 1e11 until the year 5138.
_UNITS = ((10**11, SECOND), (10**14, 1000), (10**17, 1))
# Before this no CWMP existed (TR-069 is of May 2004), after that no clock of ours can be right.
_FIRST, _LAST = 946_684_800 * SECOND, 4_102_444_800 * SECOND


def parse_moment(value: str | float) -> int:
    """`value` as microseconds since 1970-01-01 UTC; naive times are UTC.

    Raises ValueError when it is no time, or lies outside the years 2000 to 2099.
    """
    text = str(value).strip()
    if len(text) == 20 and (common := _from_common(text)) is not None:
        return common
    moment = _from_number(text) if _is_number(text) else _from_text(text)
    if not _FIRST <= moment < _LAST:
        raise ValueError("not a time between 2000 and 2099")
    return moment


def iso(moment: int) -> str:
    """`moment` as RFC 3339 in UTC, to the second."""
    return (_EPOCH + timedelta(microseconds=moment)).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(moment: int) -> str:
    """The UTC day of `moment`, as `2026-11-24`."""
    return iso(moment)[:10]


def _from_common(text: str) -> int | None:
    """`2026-11-24T10:00:00Z`, the form of most lines of most files, in a tenth of the time."""
    hour, minute, second = (_TWO_DIGITS.get(text[at : at + 2], 60) for at in (11, 14, 17))
    if hour > 23 or minute > 59 or second > 59 or text[10::3] != "T::Z":
        return None
    return _day_start(text[:10]) + (hour * 3600 + minute * 60 + second) * SECOND


@lru_cache(maxsize=1024)
def _day_start(day: str) -> int:
    return parse_moment(f"{day} 00:00")


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


def _from_number(text: str) -> int:
    whole, _, fraction = text.partition(".")
    if len(whole) > 19:
        raise ValueError("not a time")
    number = int(whole)
    for below, factor in _UNITS:
        if number < below:
            return number * factor + (int(fraction[:6].ljust(6, "0")) if factor == SECOND else 0)
    return number // 1000


def _from_text(text: str) -> int:
    match = _FORM.fullmatch(text)
    if not match:
        raise ValueError("not a time")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    # Leap seconds exist in logs; datetime knows none, so 60 is the second after 59.
    leap = second == "60"
    whole = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0),
        59 if leap else int(second or 0), tzinfo=UTC,
    )  # fmt: skip
    moment = (whole - _EPOCH) // timedelta(microseconds=1) + int(
        (fraction or "0")[:6].ljust(6, "0")
    )
    return moment + leap * SECOND - _offset(zone)


def _offset(zone: str | None) -> int:
    if not zone or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    offset = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * SECOND
    return -offset if zone[0] == "-" else offset
