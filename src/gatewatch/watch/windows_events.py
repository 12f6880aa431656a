"""What a Windows event says about a sign-in, whatever form the event came in.

Successes are 4624, failures 4625, of the logon types that come over a network (3, 7, 10, 13);
Remote Desktop adds 21, 25 and 1149. Names that end with `$` are machines, and Windows' own
accounts are no people. Source: Microsoft, Security auditing events 4624 and 4625.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in

__all__ = ["NAME", "WindowsEvent", "attempt"]

NAME = "windows"

_OUTCOMES = {4624: Outcome.SUCCESS, 4625: Outcome.FAILURE}
_SESSIONS = frozenset({21, 25, 1149})
# Network, unlock, remote interactive, cached unlock; the others are at the machine itself.
_OVER_NETWORK = frozenset({"3", "7", "10", "13"})
_OWN_DOMAINS = frozenset({"nt authority", "window manager", "font driver host", "nt-autorität"})
_OWN_NAMES = frozenset({"", "-", "anonymous logon", "system", "local service", "network service"})


class WindowsEvent(NamedTuple):
    """The parts of an event that count."""

    number: int
    at: int
    computer: str
    record: str
    data: Mapping[str, str]


def attempt(event: WindowsEvent, given: Given) -> SignIn | Passed:
    """The sign-in that the event tells of; raises ValueError."""
    data = event.data
    if event.number in _SESSIONS:
        user = data.get("User") or _full(data.get("Param2", ""), data.get("Param1", ""))
        address = data.get("Address") or data.get("Param3", "")
        if not user:
            return Passed.OTHER
        return _made(event, given, user, address, Outcome.SUCCESS)
    outcome = _OUTCOMES.get(event.number)
    if outcome is None or data.get("LogonType", "") not in _OVER_NETWORK:
        return Passed.OTHER
    name, domain = data.get("TargetUserName", ""), data.get("TargetDomainName", "")
    if name.endswith("$") or name.casefold() in _OWN_NAMES or domain.casefold() in _OWN_DOMAINS:
        return Passed.NOBODY
    return _made(event, given, _full(domain, name), data.get("IpAddress", ""), outcome)


def _full(domain: str, name: str) -> str:
    """`EXAMPLE\\alice`; a name that holds its domain, or has none, stays."""
    return name if not domain or domain == "-" or "@" in name else f"{domain}\\{name}"


def _made(
    event: WindowsEvent, given: Given, user: str, address: str, outcome: Outcome
) -> SignIn | Passed:
    return sign_in(
        given,
        NAME,
        user=user,
        address=address,
        at=event.at,
        outcome=outcome,
        kind=Kind.REMOTE,
        application=event.computer,
        device=event.data.get("WorkstationName", "").strip("-"),
        reference=event.record,
    )
