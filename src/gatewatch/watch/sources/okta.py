"""Okta: the System Log, as its API, log streams and SIEM exports write it.

`client.ipAddress` is the outermost address that Okta trusts, the first of `request.ipChain` the
same after trusted proxy zones. What Okta marks as a proxy is no home. An MFA challenge that has
not been answered proves nothing. Source: Okta API, System Log, LogEvent.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, array, dig, table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import first_text, peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "okta"
SENTENCE = "Okta System Log: API pages, log streams (JSON)."

_KINDS = {"user.session.start": Kind.SIGN_IN, "app.oauth2.token.grant": Kind.REFRESH}
_OUTCOMES = {
    "SUCCESS": Outcome.SUCCESS,
    "ALLOW": Outcome.SUCCESS,
    "FAILURE": Outcome.FAILURE,
    "DENY": Outcome.FAILURE,
}


def sniff(head: bytes) -> bool:
    """Whether an event has Okta's three names."""
    return any(event.keys() >= {"eventType", "published", "actor"} for event in peeked(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each event."""
    return read_events(stream, given, _event)


def _event(event: Table, given: Given) -> SignIn | Passed:
    word = text(event.get("eventType"))
    kind = _KINDS.get(word)
    if kind is None and word.startswith("user.authentication."):
        kind = Kind.SIGN_IN
    if kind is None:
        return Passed.OTHER
    outcome = _OUTCOMES.get(text(dig(event, "outcome", "result")))
    if outcome is None:
        return Passed.UNFINISHED
    actor = table(event.get("actor"))
    if actor.get("type") not in (None, "User"):
        return Passed.NOBODY
    chain = array(dig(event, "request", "ipChain"))
    return sign_in(
        given,
        NAME,
        user=first_text(actor.get("alternateId"), actor.get("id")),
        address=first_text(dig(event, "client", "ipAddress"), dig(next(iter(chain), None), "ip")),
        at=time_in(event.get("published")),
        outcome=outcome,
        kind=kind,
        application=_application(event),
        device=text(dig(event, "device", "name")),
        reference=text(event.get("uuid")),
        proxied=dig(event, "securityContext", "isProxy") is True,
    )


def _application(event: Table) -> str:
    targets = map(table, array(event.get("target")))
    return next(
        (text(one.get("displayName")) for one in targets if one.get("type") == "AppInstance"), ""
    )
