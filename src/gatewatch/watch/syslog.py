"""The head of a syslog line, in every form that logs of sign-ins have.

`<PRI>` may stand in front of each. RFC 3164 times have no year and no zone (rsyslog's old
default, auth.log), some devices add the year and a zone; rsyslog's new default is RFC 3339; RFC
5424 has a version, an identifier and structured data. What stands in a message is never taken for
a head: everything is anchored at the line's start.
"""

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from functools import partial
from typing import BinaryIO, NamedTuple

from gatewatch.formats.lines import RAW_KEPT, lines
from gatewatch.model.observation import Rejected
from gatewatch.watch.given import Given
from gatewatch.watch.written_times import MONTHS, YearClock, civil, from_iso

__all__ = ["Head", "HeadReader", "text_lines"]

# A line of syslog is some hundred bytes; receivers take 64 KiB at most.
_LONGEST = 64 * 1024

_PRIORITY = r"(?:<\d{1,3}>)?"
_TAG = r"(?P<tag>[\w./()-]{1,64})(?:\[(?P<pid>\d{1,20})\])?: "
_OLD = (
    r"(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?"
    r"(?P<clock>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"(?:(?P<yearafter> \d{4}))?(?: (?P<zone>UTC|GMT|Z))?"
)
_NEW = r"(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
_RFC_5424 = re.compile(
    rf"<\d{{1,3}}>\d{{1,2}} {_NEW} (?P<host>\S{{1,255}}) (?P<tag>\S{{1,48}}) (?P<pid>\S{{1,128}}) "
    r"\S{1,32} (?:-|(?:\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\])+) ?(?:\ufeff)?",
    re.ASCII,
)
_PLAIN = re.compile(rf"{_PRIORITY}(?:{_OLD}|{_NEW}):? ?", re.ASCII)
_HOST = re.compile(r"(?P<host>[\w.:%-]{1,255}) ", re.ASCII)
_TAGGED = re.compile(_TAG, re.ASCII)


class Head(NamedTuple):
    """What stands before the message."""

    at: int
    host: str
    tag: str
    """The program, "" where the line names none."""
    pid: str
    message: str


def text_lines(stream: BinaryIO) -> Iterator[tuple[int, str, bytes] | Rejected]:
    """Each line that is not blank as (number, text, bytes); no UTF-8 becomes surrogates."""
    for number, raw, whole in lines(stream, _LONGEST):
        if not whole:
            yield Rejected(f"line {number}", "longer than a line of a log can be", raw[:RAW_KEPT])
        elif raw.strip():
            yield number, raw.decode("utf-8", "surrogateescape"), raw


class HeadReader:
    """Reads the heads of one log in order; asks `given` for zone and year when a line has none."""

    def __init__(self, given: Given, source: str) -> None:
        self._given, self._source = given, source
        self._years: YearClock | None = None
        self._zone = partial(given.zone_or, source)

    def head(self, line: str) -> Head:
        """The head of `line`; raises ValueError when it has none, and LogIncomplete."""
        match = _RFC_5424.match(line)
        if match:
            at = from_iso(match["iso"], self._zone)
            pid = "" if match["pid"] == "-" else match["pid"]
            return Head(at, match["host"], match["tag"], pid, line[match.end() :])
        match = _PLAIN.match(line)
        if not match:
            raise ValueError("not a line of syslog")
        at = from_iso(match["iso"], self._zone) if match["iso"] else self._old(match)
        host = _HOST.match(line, match.end())
        start = host.end() if host else match.end()
        tag = _TAGGED.match(line, start)
        return Head(
            at,
            host["host"] if host else "",
            tag["tag"] if tag else "",
            (tag["pid"] or "") if tag else "",
            line[tag.end() if tag else start :],
        )

    def _old(self, match: re.Match[str]) -> int:
        month, day = MONTHS.get(match["month"], 0), int(match["day"])
        if not month:
            raise ValueError("its time cannot be read")
        written = match["year"] or match["yearafter"]
        year = int(written) if written else self._year_of(month, day)
        zone: tzinfo = UTC if match["zone"] else self._zone()
        clock = match["clock"]
        return civil(
            zone, year, month, day, int(clock[:2]), int(clock[3:5]), int(clock[6:]),
            fraction=match["fraction"] or "",
        )  # fmt: skip

    def _year_of(self, month: int, day: int) -> int:
        if self._years is None:
            given = self._given
            year = None if given.live else given.year_or(self._source)
            self._years = YearClock(year, given.clock)
        return self._years.year_of(month, day)
