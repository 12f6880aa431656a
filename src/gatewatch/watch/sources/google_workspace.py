"""Google Workspace: the login audit of the Admin SDK's Reports API, and its BigQuery export.

Only `login_success` and `login_failure` say how a sign-in ended; challenges, logouts and
suspicions are none. Source: Admin SDK Reports API, Login Audit Activity Events.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, array, dig, table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "google-workspace"
SENTENCE = "Google Workspace login audit: Reports API, BigQuery export (JSON)."

_PAGES = (("items",),)
_OUTCOMES = {"login_success": Outcome.SUCCESS, "login_failure": Outcome.FAILURE}
_EXPORTED = frozenset({"time_usec", "email", "event_name"})


def sniff(head: bytes) -> bool:
    """Whether an activity, or a row of the export, is there."""
    return any(
        text(event.get("kind")).startswith("admin#reports#activit")
        or isinstance(dig(event, "id", "applicationName"), str)
        or event.keys() >= _EXPORTED
        for event in peeked(head, *_PAGES)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each activity."""
    return read_events(stream, given, _event, *_PAGES)


def _event(event: Table, given: Given) -> SignIn | Passed:
    if "event_name" in event:
        return _exported(event, given)
    if dig(event, "id", "applicationName") != "login":
        return Passed.OTHER
    names = (text(table(one).get("name")) for one in array(event.get("events")))
    outcome = next((_OUTCOMES[name] for name in names if name in _OUTCOMES), None)
    if outcome is None:
        return Passed.OTHER
    return sign_in(
        given,
        NAME,
        user=text(dig(event, "actor", "email")),
        address=text(event.get("ipAddress")),
        at=time_in(dig(event, "id", "time")),
        outcome=outcome,
        reference=text(dig(event, "id", "uniqueQualifier")),
        country=text(dig(event, "networkInfo", "regionCode")),
    )


def _exported(row: Table, given: Given) -> SignIn | Passed:
    outcome = _OUTCOMES.get(text(row["event_name"]))
    if outcome is None:
        return Passed.OTHER
    return sign_in(
        given,
        NAME,
        user=text(row.get("email")),
        address=text(row.get("ip_address")),
        at=time_in(row.get("time_usec")),
        outcome=outcome,
    )
