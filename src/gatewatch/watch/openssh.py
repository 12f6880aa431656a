"""What sshd says about a sign-in, wherever it says it (a file, the journal).

The user of a failure is what a stranger typed and may hold ` from 203.0.113.67 port 1`, so the
*last* ` from ADDRESS port N` counts there. The user of a success is an account, while what follows
(the identity in a certificate) is foreign: there the first one counts. Source: OpenSSH auth.c.
"""

import re

from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in

__all__ = ["SOURCE", "attempts", "is_sshd"]

SOURCE = "sshd"

_PROGRAMS = frozenset({"sshd", "sshd-session", "sshd-auth"})
_ACCEPTED = re.compile(r"Accepted [\w/@.-]+ for (.+?) from (\S+) port \d+(?: ssh2)?(?::.*)?")
_FAILED = re.compile(
    r"Failed [\w/@.-]+ for (?:(?:invalid|illegal) user )?(.*) from (\S+) port \d+(?: ssh2)?(?::.*)?"
)
_PARTLY = re.compile(r"(?:Partial|Postponed) [\w/@.-]+ for ")
_REPEATED = re.compile(r"message repeated (\d{1,6}) times: \[ (.*)\]")
# rsyslog writes a number that may be anything; a file of repeated lines is no reason for millions.
_MOST = 1000


def is_sshd(program: str) -> bool:
    """Whether a syslog tag is one of OpenSSH's."""
    return program in _PROGRAMS


def attempts(message: str, given: Given, at: int, host: str, pid: str) -> list[SignIn | Passed]:
    """The attempts that one message tells of; a folded message tells of several."""
    times = 1
    if match := _REPEATED.fullmatch(message):
        times, message = min(int(match[1]), _MOST), match[2]
    outcome = Outcome.SUCCESS
    match = _ACCEPTED.fullmatch(message)
    if not match:
        outcome = Outcome.FAILURE
        match = _FAILED.fullmatch(message)
    if not match:
        return [Passed.UNFINISHED if _PARTLY.match(message) else Passed.OTHER]
    return [
        sign_in(
            given,
            SOURCE,
            user=match[1],
            address=match[2],
            at=at,
            outcome=outcome,
            kind=Kind.REMOTE,
            application=host,
            reference=pid if times == 1 else f"{pid}.{number}",
        )
        for number in range(times)
    ]
