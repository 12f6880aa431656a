"""Duo: the authentication log, version 2 and 1, from the Admin API or a SIEM.

Duo knows two addresses: `access_device` is the laptop that signs in, `auth_device` the telephone
that approves, mostly in a mobile network; only the first one is where the person works.
Integrations for RDP and Unix may know none (0.0.0.0). Source: Duo Admin API, Authentication Logs.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, dig, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import first_text, peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "duo"
SENTENCE = "Duo authentication log, version 1 and 2 (JSON)."

_PAGES = (("response", "authlogs"), ("authlogs",), ("response",))
_OUTCOMES = {
    "success": Outcome.SUCCESS,
    "denied": Outcome.FAILURE,
    "failure": Outcome.FAILURE,
    "fraud": Outcome.FAILURE,
}


def sniff(head: bytes) -> bool:
    """Whether an event has both devices."""
    return any(event.keys() >= {"access_device", "auth_device"} for event in peeked(head, *_PAGES))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each authentication."""
    return read_events(stream, given, _event, *_PAGES)


def _event(event: Table, given: Given) -> SignIn | Passed:
    if event.get("event_type") == "enrollment" or "access_device" not in event:
        return Passed.OTHER
    outcome = _OUTCOMES.get(text(event.get("result")).lower())
    if outcome is None:
        return Passed.UNFINISHED
    return sign_in(
        given,
        NAME,
        user=first_text(dig(event, "user", "name"), event.get("username"), event.get("email")),
        address=first_text(dig(event, "access_device", "ip"), event.get("ip")),
        at=time_in(event.get("timestamp") or event.get("isotimestamp")),
        outcome=outcome,
        application=first_text(dig(event, "application", "name"), event.get("integration")),
        device=text(dig(event, "access_device", "hostname")),
        reference=text(event.get("txid")),
    )
