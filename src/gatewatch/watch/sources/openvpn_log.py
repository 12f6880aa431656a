"""OpenVPN: the log, where each session leaves a line, in a file of its own or in syslog.

`Peer Connection Initiated` is when a tunnel stands. It names the certificate; the user that signed
in from the same address and port before goes first. Older releases write dates as C does.
Source: OpenVPN ssl.c, ssl_verify.c.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in
from gatewatch.watch.syslog import HeadReader
from gatewatch.watch.text_logs import first_lines, read_lines
from gatewatch.watch.written_times import from_c_date, from_iso

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "openvpn-log"
SENTENCE = "OpenVPN server log, in a file or syslog (text)."

_SOURCE = "openvpn"
_ISO = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:us=(\d{1,6}) )?")
_C_DATE = re.compile(r"(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}) (?:us=(\d{1,6}) )?")
_PEER = r"(?:[^\s/]+/)?(\S+:\d+) "
_INITIATED = re.compile(
    _PEER + r"(?:TLS: )?\[([^\]]*)\] Peer Connection Initiated with \[AF_INET6?\](\S+?):\d+"
    r"(?: \(via .*\))?"
)
_NAMED = re.compile(
    _PEER + r"TLS: Username/Password authentication succeeded for username '(.*)'(?: \[CN SET\])?"
)
_REFUSED = re.compile(
    _PEER + r"TLS Auth Error: Auth Username/Password verification failed for peer"
)
_SIGN = re.compile(r"(?:\w{3} \w{3} |\d{4}-\d\d-\d\d |(?:<\d+>)?.{15,80} openvpn\S*\[\d+\]: ).*")
_WORDS = ("Peer Connection Initiated with [AF_INET", "OpenVPN 2.", "TLS: Initial packet from [AF_")
# Sessions that sign in at the same time; what is beyond is named by its certificate.
_MOST = 4096


def sniff(head: bytes) -> bool:
    """Whether one of the first lines is what only OpenVPN writes."""
    return any(
        _SIGN.match(line) and any(word in line for word in _WORDS) for line in first_lines(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each line."""
    return read_lines(stream, _Log(given).line)


class _Log:
    """Remembers who has just signed in from which address and port."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._zone = partial(given.zone_or, NAME)
        self._heads = HeadReader(given, NAME)
        self._users: dict[str, str] = {}

    def line(self, text: str) -> SignIn | Passed:
        """What one line tells; raises ValueError."""
        at, message = self._timed(text)
        if match := _NAMED.fullmatch(message):
            if len(self._users) >= _MOST:
                self._users.clear()
            self._users[match[1]] = match[2]
            return Passed.UNFINISHED
        if match := _INITIATED.fullmatch(message):
            user = self._users.pop(match[1], match[2])
            return self._attempt(user, match[3], at, Outcome.SUCCESS)
        if match := _REFUSED.match(message):
            # The line does not say who it was: nobody can be told, but it is counted.
            return self._attempt("", match[1], at, Outcome.FAILURE)
        return Passed.OTHER

    def _attempt(self, user: str, address: str, at: int, outcome: Outcome) -> SignIn | Passed:
        return sign_in(
            self._given, _SOURCE, user=user, address=address, at=at, outcome=outcome, kind=Kind.VPN
        )

    def _timed(self, text: str) -> tuple[int, str]:
        if match := _ISO.match(text):
            at = from_iso(match[1], self._zone)
        elif match := _C_DATE.match(text):
            at = from_c_date(match[1], self._zone())
        else:
            head = self._heads.head(text)
            return head.at, head.message
        return at + int(match[2] or 0), text[match.end() :]
