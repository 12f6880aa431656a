"""OCSF: events of the class Authentication (3002), as lakes and SIEMs hand them out in JSON.

Times are epoch milliseconds. Source: Open Cybersecurity Schema Framework 1.x, Authentication.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, dig, number, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import first_text, peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "ocsf"
SENTENCE = "OCSF Authentication events (JSON)."

_AUTHENTICATION = 3002
_LOGON = 1
_OUTCOMES = {1: Outcome.SUCCESS, 2: Outcome.FAILURE}


def sniff(head: bytes) -> bool:
    """Whether an event names its class."""
    return any("class_uid" in event for event in peeked(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each event."""
    return read_events(stream, given, _event)


def _event(event: Table, given: Given) -> SignIn | Passed:
    if number(event.get("class_uid")) != _AUTHENTICATION:
        return Passed.OTHER
    if number(event.get("activity_id")) != _LOGON:
        return Passed.OTHER
    outcome = _OUTCOMES.get(number(event.get("status_id")) or 0)
    if outcome is None:
        return Passed.UNFINISHED
    return sign_in(
        given,
        NAME,
        user=first_text(
            dig(event, "user", "email_addr"), dig(event, "user", "name"), dig(event, "user", "uid")
        ),
        address=text(dig(event, "src_endpoint", "ip")),
        at=time_in(event.get("time")),
        outcome=outcome,
        application=first_text(
            dig(event, "service", "name"),
            dig(event, "dst_endpoint", "hostname"),
            dig(event, "metadata", "product", "name"),
        ),
        device=first_text(dig(event, "device", "uid"), dig(event, "src_endpoint", "hostname")),
        reference=text(dig(event, "metadata", "uid")),
        country=text(dig(event, "src_endpoint", "location", "country")),
    )
