"""AWS CloudTrail: sign-ins to the console, and calls that people make from their machines.

Files of a trail (`Records`), `lookup-events` (each event is a string inside) and lines. Of an
assumed role the person is the session's name, the end of the ARN. Services, instances and names
that AWS hides are no people; a service's host name stands where an address would. Source: AWS
CloudTrail user guide, record contents and userIdentity.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from gatewatch.formats.json_values import Table, dig, table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import peeked, read_events
from gatewatch.watch.records import Passed, sign_in, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "cloudtrail"
SENTENCE = "AWS CloudTrail: console sign-ins and calls of people (JSON)."

_PAGES = (("Records",), ("Events",))
_SIGN_INS = frozenset(
    {"ConsoleLogin", "UserAuthentication", "CredentialVerification", "GetSigninToken", "SwitchRole"}
)
# Browsers and the command line; programs with keys of their own run in clouds.
_BY_HAND = re.compile(r"aws-cli/|Mozilla/|.{0,40}console\.amazonaws\.com|signin\.amazonaws\.com")
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}", re.ASCII)
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def sniff(head: bytes) -> bool:
    """Whether an event has CloudTrail's names, or holds one as a string."""
    return any(
        event.keys() >= {"eventSource", "eventName"} or "CloudTrailEvent" in event
        for event in peeked(head, *_PAGES)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each event."""
    return read_events(stream, given, _event, *_PAGES)


def _event(event: Table, given: Given) -> SignIn | Passed:
    inside = event.get("CloudTrailEvent")
    if isinstance(inside, str):
        try:
            event = table(orjson.loads(inside))
        except orjson.JSONDecodeError:
            raise ValueError("the event inside is not JSON") from None
    name = text(event.get("eventName"))
    if name in _SIGN_INS:
        kind, failed = Kind.SIGN_IN, _failed(event)
    elif event.get("eventType") == "AwsApiCall" and _BY_HAND.match(text(event.get("userAgent"))):
        kind, failed = Kind.REFRESH, "errorCode" in event
        if failed:
            return Passed.OTHER
    else:
        return Passed.OTHER
    return sign_in(
        given,
        NAME,
        user=_person(table(event.get("userIdentity"))),
        address=text(event.get("sourceIPAddress")),
        at=time_in(event.get("eventTime")),
        outcome=Outcome.FAILURE if failed else Outcome.SUCCESS,
        kind=kind,
        application="AWS",
        reference=text(event.get("eventID")),
    )


def _failed(event: Table) -> bool:
    said = table(event.get("responseElements")) or table(event.get("serviceEventDetails"))
    words = {text(value) for value in said.values()}
    return "Failure" in words or bool(event.get("errorMessage") or event.get("errorCode"))


def _person(identity: Table) -> str:
    """The person, or "" for services, instances and hidden names."""
    kind, arn = identity.get("type"), text(identity.get("arn"))
    if kind in ("AWSService", "AWSAccount"):
        return ""
    if kind == "Root":
        return f"root of {text(identity.get('accountId'))}"
    if kind == "AssumedRole":
        session = arn.rpartition("/")[2] or text(identity.get("principalId")).rpartition(":")[2]
        return "" if _INSTANCE.fullmatch(session) else session
    name = text(identity.get("userName")) or text(dig(identity, "onBehalfOf", "userId"))
    return "" if name == _HIDDEN else name
