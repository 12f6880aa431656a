"""Times as logs of systems write them: without zone, without year, days and months in any order.

Each function gives microseconds since 1970 UTC and raises ValueError with a reason that does not
quote the text. The moment that a clock passes twice, when summer time ends, is read as the first.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from gatewatch.model.moment import SECOND, parse_moment

__all__ = ["MONTHS", "YearClock", "civil", "from_c_date", "from_iso", "from_numbers"]

MONTHS = {
    "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * number - 3 : 3 * number]: number
    for number in range(1, 13)
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_C_DATE = re.compile(
    r"(?:\w{3} )?(\w{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d{4})", re.ASCII
)
_ISO = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?", re.ASCII
)
_NUMBERS = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?",
    re.ASCII,
)


def civil(zone: tzinfo, *parts: int, fraction: str = "") -> int:
    """The moment at which clocks in `zone` show year, month, day, hour, minute, second."""
    year, month, day, hour, minute, second = parts
    try:
        start = _minute(zone, year, month, day, hour, minute)
    except ValueError:
        raise ValueError("its time cannot be read") from None
    # Leap seconds exist in logs.
    if second > 60:
        raise ValueError("its time cannot be read")
    return start + second * SECOND + int((fraction or "0")[:6].ljust(6, "0"))


@lru_cache(maxsize=4096)
def _minute(zone: tzinfo, year: int, month: int, day: int, hour: int, minute: int) -> int:
    when = datetime(year, month, day, hour, minute, tzinfo=zone)
    return (when - _EPOCH) // timedelta(microseconds=1)


def from_c_date(text: str, zone: tzinfo = UTC) -> int:
    """`Fri Nov 20 08:00:04 2026`, as C's ctime writes it."""
    match = _C_DATE.fullmatch(text.strip())
    if not match or match[1] not in MONTHS:
        raise ValueError("its time cannot be read")
    _, day, hour, minute, second, year = match.groups()
    return civil(zone, int(year), MONTHS[match[1]], int(day), int(hour), int(minute), int(second))


def from_iso(text: str, zone: Callable[[], tzinfo]) -> int:
    """RFC 3339 and alike; `zone` is asked when the text names none."""
    text = text.strip()
    match = _ISO.fullmatch(text)
    if match:
        *parts, fraction = match.groups()
        return civil(zone(), *map(int, parts), fraction=fraction or "")
    try:
        return parse_moment(text)
    except ValueError:
        raise ValueError("its time cannot be read") from None


def from_numbers(text: str, zone: Callable[[], tzinfo], order: Callable[[], str]) -> int:
    """`20.11.2026 08:00:04`, `11/20/2026, 7:58:20 AM`; also what `from_iso` reads.

    `order` (`dmy` or `mdy`) is asked when both are possible; with dots the day is always first.
    """
    match = _NUMBERS.fullmatch(text.strip())
    if not match:
        return from_iso(text, zone)
    first, sign, second, year, hour, minute, seconds, half = match.groups()
    day, month = int(first), int(second)
    if sign != "." and (month > 12 or (day <= 12 and order() == "mdy")):
        day, month = month, day
    clock = int(hour)
    if half:
        clock = clock % 12 + (12 if half in "Pp" else 0)
    return civil(zone(), int(year), month, day, clock, int(minute), int(seconds or 0))


class YearClock:
    """Gives lines without a year their year: that of the first, one more after each New Year.

    Lines that come a little late around New Year keep the year before. Without a first year,
    `now` is asked: the year is the latest in which the line is not in the future.
    """

    def __init__(self, year: int | None, now: Callable[[], int]) -> None:
        self._year = year
        self._now = now
        self._month = 0

    def year_of(self, month: int, day: int) -> int:
        """The year of a line of this day."""
        if self._year is None:
            today = _EPOCH + timedelta(microseconds=self._now() + 86_400 * SECOND)
            return today.year - ((month, day) > (today.month, today.day))
        if not self._month:
            self._month = month
        if month - self._month > 6:  # December among lines of January
            return self._year - 1
        if self._month - month > 6:
            self._year += 1
        self._month = month
        return self._year
