"""Zscaler Private Access: the user status log of its log streaming service, in JSON lines.

`PublicIP` is the person's own address, before Zscaler's cloud. `LogTimestamp` is UTC without a
zone. Other templates (CSV, TSV, ZIA's web log) are read with a mapping. Source: help.zscaler.com,
"About User Status Log Fields".
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in
from gatewatch.watch.written_times import from_c_date

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "zscaler"
SENTENCE = "Zscaler Private Access user status log (JSON lines)."

_STATES = {
    "ZPN_STATUS_AUTHENTICATED": Outcome.SUCCESS,
    "ZPN_STATUS_DISCONNECTED": Outcome.SUCCESS,
    "ZPN_STATUS_AUTH_FAILED": Outcome.FAILURE,
}
_ENDED = "ZPN_STATUS_DISCONNECTED"


def sniff(head: bytes) -> bool:
    """Whether an event has the status of a session."""
    return any(event.keys() >= {"LogTimestamp", "SessionStatus"} for event in peeked(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each change of a session."""
    return read_events(stream, given, _event)


def _event(event: Table, given: Given) -> SignIn | Passed:
    state = text(event.get("SessionStatus"))
    outcome = _STATES.get(state)
    if outcome is None:
        return Passed.OTHER
    logged = from_c_date(text(event.get("LogTimestamp")))
    since = text(event.get("TimestampAuthentication"))
    at = time_in(since) if since and outcome is Outcome.SUCCESS else logged
    return sign_in(
        given,
        NAME,
        user=text(event.get("Username")),
        address=text(event.get("PublicIP")),
        at=at,
        outcome=outcome,
        kind=Kind.VPN,
        device=text(event.get("Hostname")),
        until=max(at, logged) if state == _ENDED else None,
        reference=text(event.get("SessionID")),
        country=text(event.get("CountryCode")),
    )
