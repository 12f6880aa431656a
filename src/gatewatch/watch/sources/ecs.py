"""Elastic Common Schema: authentication events, whatever product they come from.

Names are nested, dotted or both; hits of Elasticsearch are unwrapped. Events of Windows that
winlogbeat wrote are read by the source `windows`. Source: ECS 8, categorization fields.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_values import Table, array, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import first_text, peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "ecs"
SENTENCE = "Elastic Common Schema authentication events: lines, hits (JSON)."

_OUTCOMES = {"success": Outcome.SUCCESS, "failure": Outcome.FAILURE}
_ABOUT = frozenset({"authentication", "session"})
_MACHINES = frozenset({"sshd", "system", "auditd"})


def sniff(head: bytes) -> bool:
    """Whether an event names its version of ECS or its category, and is not winlogbeat's."""
    return any(
        "@timestamp" in event
        and "winlog" not in event
        and (_at(event, "ecs.version") is not None or _at(event, "event.category") is not None)
        for event in peeked(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each event."""
    return read_events(stream, given, _event)


def _event(event: Table, given: Given) -> SignIn | Passed:
    category = _at(event, "event.category")
    if _ABOUT.isdisjoint(_words(category)) or "end" in _words(_at(event, "event.type")):
        return Passed.OTHER
    outcome = _OUTCOMES.get(text(_at(event, "event.outcome")))
    if outcome is None:
        return Passed.UNFINISHED
    by = first_text(_at(event, "process.name"), _at(event, "event.module"))
    return sign_in(
        given,
        NAME,
        user=first_text(_at(event, "user.email"), _at(event, "user.name")),
        address=first_text(_at(event, "source.ip"), _at(event, "client.ip")),
        at=time_in(event.get("@timestamp")),
        outcome=outcome,
        kind=Kind.REMOTE if by in _MACHINES else Kind.SIGN_IN,
        application=first_text(_at(event, "service.name"), _at(event, "host.name")),
        device=first_text(_at(event, "device.id")),
        reference=first_text(_at(event, "event.id")),
        country=first_text(_at(event, "source.geo.country_iso_code")),
    )


def _words(value: object) -> list[str]:
    return [text(one) for one in array(value)] or [text(value)]


def _at(event: Table, path: str) -> object:
    """The value at a path whose parts are nested, dotted or both; None when there is none."""
    if path in event:
        return event[path]
    at = path.find(".")
    while at > 0:
        inner = event.get(path[:at])
        if isinstance(inner, dict) and (found := _at(inner, path[at + 1 :])) is not None:
            return found
        at = path.find(".", at + 1)
    return None
