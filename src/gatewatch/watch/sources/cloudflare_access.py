"""Cloudflare Access: sign-ins to applications, from Logpush or the API.

Who comes through WARP shows WARP's address, which lists of egress addresses catch. `CreatedAt` is
RFC 3339 or epoch nanoseconds, as the job was set. Source: Cloudflare Logs, Access requests.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import first_text, peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "cloudflare-access"
SENTENCE = "Cloudflare Access requests: Logpush, API (JSON)."

_PAGES = (("result",),)


def sniff(head: bytes) -> bool:
    """Whether an event has the names of Logpush or of the API."""
    return any(
        event.keys() >= {"RayID", "AppDomain"} or event.keys() >= {"ray_id", "app_domain"}
        for event in peeked(head, *_PAGES)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each request."""
    return read_events(stream, given, _event, *_PAGES)


def _event(event: Table, given: Given) -> SignIn | Passed:
    if first_text(event.get("Action"), event.get("action")) != "login":
        return Passed.OTHER
    allowed = event.get("Allowed", event.get("allowed"))
    if not isinstance(allowed, bool):
        raise ValueError("it does not say whether the person was let in")
    return sign_in(
        given,
        NAME,
        user=first_text(event.get("Email"), event.get("user_email")),
        address=first_text(event.get("IPAddress"), event.get("ip_address")),
        at=time_in(event.get("CreatedAt", event.get("created_at"))),
        outcome=Outcome.SUCCESS if allowed else Outcome.FAILURE,
        application=first_text(event.get("AppDomain"), event.get("app_domain")),
        reference=first_text(event.get("RayID"), event.get("ray_id")),
        country=text(event.get("Country")),
    )
