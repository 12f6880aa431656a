"""Cisco ASA and FTD: remote access by AnyConnect and WebVPN, as syslog writes it.

Sign-ins are 113039, 716001 and 722022; the end of a session, 113019, tells how long it was;
113005 and 113015 are refusals. A user may hold `>`, so the last `> IP <` counts. Names that the
device hides (`*****`) are nobody's. Source: Cisco ASA Series Syslog Messages.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.model.moment import SECOND
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in
from gatewatch.watch.syslog import HeadReader
from gatewatch.watch.text_logs import first_lines, read_lines

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "cisco-asa"
SENTENCE = "Cisco ASA and FTD remote access, in syslog (text)."

_MARK = re.compile(r"^(.{0,400}?)[: ]*%(?:ASA|FTD)-(?:[a-z]+-)?\d-(\d{6}): (.*)")
_OPENED = re.compile(
    r"Group <.*?> User <(.*)> IP <([^<>]*)> "
    r"(?:AnyConnect parent session started|WebVPN session started|(?:TCP|UDP) SVC connection est).*"
)
_CLOSED = re.compile(
    r"Group = .*?, Username = (.*), IP = ([^,\s]*), Session disconnected\. "
    r"Session Type: ([^,]*), Duration: (?:(\d+)d )?(\d+)h:(\d+)m:(\d+)s,.*"
)
_REFUSED = re.compile(r"AAA user authentication Rejected : .* user = (.*) : user IP = (\S+)")


def sniff(head: bytes) -> bool:
    """Whether one of the first lines has Cisco's mark."""
    return any(_MARK.match(line) for line in first_lines(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each line."""
    heads = HeadReader(given, NAME)

    def record(line: str) -> SignIn | Passed:
        match = _MARK.match(line)
        if not match:
            heads.head(line)  # a line of another program; raises when it is none at all
            return Passed.OTHER
        make = _RECORDS.get(match[2])
        return make(match[3], given, heads.head(f"{match[1]} ").at) if make else Passed.OTHER

    return read_lines(stream, record)


def _opened(message: str, given: Given, at: int) -> SignIn | Passed:
    match = _OPENED.fullmatch(message)
    if not match:
        raise ValueError("a message of this number has another form")
    return _made(given, match[1], match[2], at, Outcome.SUCCESS)


def _closed(message: str, given: Given, at: int) -> SignIn | Passed:
    match = _CLOSED.fullmatch(message)
    if not match:
        raise ValueError("a message of this number has another form")
    days, hours, minutes, seconds = (int(part or 0) for part in match.group(4, 5, 6, 7))
    lasted = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    start = at - lasted * SECOND
    if start < 0:
        raise ValueError("its session began before there were computers")
    return _made(given, match[1], match[2], start, Outcome.SUCCESS, until=at)


def _refused(message: str, given: Given, at: int) -> SignIn | Passed:
    match = _REFUSED.fullmatch(message)
    return _made(given, match[1], match[2], at, Outcome.FAILURE) if match else Passed.OTHER


def _made(
    given: Given, user: str, address: str, at: int, outcome: Outcome, until: int | None = None
) -> SignIn | Passed:
    if not user.strip("*"):
        return Passed.NOBODY
    return sign_in(
        given,
        NAME,
        user=user,
        address=address,
        at=at,
        outcome=outcome,
        kind=Kind.VPN,
        until=until,
    )


_RECORDS = {
    "113039": _opened,
    "716001": _opened,
    "722022": _opened,
    "113019": _closed,
    "113005": _refused,
    "113015": _refused,
}
