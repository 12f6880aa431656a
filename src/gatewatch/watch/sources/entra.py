"""Microsoft Entra ID: sign-ins from Graph, and from diagnostic settings.

Graph gives pages (`value`), diagnostic settings write lines or `records`, each with the sign-in
in `properties`. Non-interactive sign-ins, token refreshes from the laptop, hold the truest home
addresses. With Global Secure Access the address may be its egress. Service principals and managed
identities are no people. Source: Microsoft Graph, signIn resource type.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, dig, number, table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, SignIn
from gatewatch.watch.entra_codes import outcome_of, person_of
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import first_text, peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "entra"
SENTENCE = "Microsoft Entra ID sign-ins: Graph pages, diagnostic settings (JSON)."

_PAGES = (("value",), ("records",))
_CATEGORIES = frozenset(
    {
        "SignInLogs",
        "NonInteractiveUserSignInLogs",
        "ServicePrincipalSignInLogs",
        "ManagedIdentitySignInLogs",
    }
)


def sniff(head: bytes) -> bool:
    """Whether an event is a signIn or a diagnostic record of one."""
    if b"auditLogs/signIns" in head[:2048]:
        return True
    return any(
        text(event.get("category")) in _CATEGORIES
        or event.keys() >= {"userPrincipalName", "createdDateTime"}
        for event in peeked(head, *_PAGES)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each sign-in."""
    return read_events(stream, given, _event, *_PAGES)


def _event(event: Table, given: Given) -> SignIn | Passed:
    category = text(event.get("category"))
    if category and category not in _CATEGORIES:
        return Passed.OTHER
    found = table(event.get("properties")) or event
    code = number(dig(found, "status", "errorCode"))
    if code is None:
        code = number(event.get("resultType"))
    if code is None:
        raise ValueError("it does not say how the sign-in ended")
    outcome = outcome_of(code)
    if isinstance(outcome, Passed):
        return outcome
    address = first_text(found.get("ipAddress"), event.get("callerIpAddress"))
    refreshed = found.get("isInteractive") is False or category == "NonInteractiveUserSignInLogs"
    return sign_in(
        given,
        NAME,
        user=person_of(text(found.get("userPrincipalName"))),
        address=address,
        at=time_in(found.get("createdDateTime") or event.get("time")),
        outcome=outcome,
        kind=Kind.REFRESH if refreshed else Kind.SIGN_IN,
        application=text(found.get("appDisplayName")),
        device=text(dig(found, "deviceDetail", "displayName")),
        reference=text(found.get("id")),
        country=text(dig(found, "location", "countryOrRegion")),
        proxied=bool(address) and found.get("globalSecureAccessIpAddress") == address,
    )
