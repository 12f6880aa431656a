"""nginx and Apache: access logs in the combined form, of requests with a signed-in user.

The user is what a browser sent and stands unquoted, blanks and brackets included, so the time is
the *last* `[...] "` before the request. X-Forwarded-For, as the last quoted field, is believed only
when the request came from a reverse proxy that the user has named, and is then walked from the
right: the first address that is none of the proxies. Source: nginx ngx_http_log_module, Apache
mod_log_config.
"""

import re
from collections.abc import Iterator
from datetime import UTC
from functools import partial
from typing import BinaryIO

from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, address_in, sign_in
from gatewatch.watch.text_logs import first_lines, read_lines
from gatewatch.watch.written_times import MONTHS, civil

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "web-access"
SENTENCE = "nginx and Apache access logs, common and combined (text)."

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    r"(?:(\S{1,255}:\d{1,5}) (?=[0-9a-fA-F:.]{2,45} ))?(\S+) (\S+) (.+) "
    r"\[(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\] "
    rf"{_QUOTED} (\d{{3}}) (?:\d+|-)(?: (.*))?"
)
_FIELD = re.compile(_QUOTED)
_ADDRESSES = re.compile(r"[0-9a-fA-F:.\[\]]+(?: *, *[0-9a-fA-F:.\[\]]+)*")
_REFUSED = 401


def sniff(head: bytes) -> bool:
    """Whether the first line that is not blank has the form."""
    return any(_LINE.fullmatch(line) for line in list(first_lines(head))[:5])


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each line."""
    return read_lines(stream, partial(_line, given))


def _line(given: Given, line: str) -> SignIn | Passed:
    match = _LINE.fullmatch(line)
    if not match:
        raise ValueError("not a line of an access log")
    host, peer, _, user, *when, _, status, rest = match.groups()
    if user == "-":
        return Passed.NOBODY
    code = int(status)
    if code >= 400 and code != _REFUSED:
        return Passed.OTHER
    return sign_in(
        given,
        NAME,
        user=user,
        address=_client(peer, rest or "", given),
        at=_time(when),
        outcome=Outcome.FAILURE if code == _REFUSED else Outcome.SUCCESS,
        kind=Kind.WEB,
        application=(host or "").rpartition(":")[0],
    )


def _time(parts: list[str]) -> int:
    day, month, year, hour, minute, second, sign, hours, minutes = parts
    if month not in MONTHS:
        raise ValueError("its time cannot be read")
    shown = civil(UTC, int(year), MONTHS[month], int(day), int(hour), int(minute), int(second))
    offset = (int(hours) * 3600 + int(minutes) * 60) * 1_000_000
    return shown - offset if sign == "+" else shown + offset


def _client(peer: str, rest: str, given: Given) -> str:
    """The address to believe; "" when a proxy of ours names nobody."""
    if not given.proxies or not _is_proxy(peer, given):
        return peer
    fields = _FIELD.findall(rest)
    if not fields or not _ADDRESSES.fullmatch(fields[-1]):
        return ""
    hops = [hop.strip() for hop in fields[-1].split(",")]
    return next((hop for hop in reversed(hops) if not _is_proxy(hop, given)), "")


def _is_proxy(text: str, given: Given) -> bool:
    found = address_in(text)
    return found is not None and any(
        (found.high is None) == (proxy.first.high is None)
        and proxy.first.number <= found.number <= proxy.last.number
        for proxy in given.proxies
    )
