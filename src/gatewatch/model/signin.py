"""Sign-ins: from which public address a person worked, when, and by which log.

A log source makes a `SignIn` of each record that places a person at an address, or shows that
somebody tried to sign in from there. Nothing else of the record is kept: no user agent, no
location, no session. Everything here is personal data; it enters no message, log or error.
"""

from enum import StrEnum
from typing import NamedTuple

from gatewatch.model.address import Address

__all__ = ["Kind", "Outcome", "SignIn"]


class Outcome(StrEnum):
    """Only a success places a person at an address; failures are kept apart."""

    SUCCESS = "success"
    FAILURE = "failure"


class Kind(StrEnum):
    """What was done from the address, the strongest evidence of a person's own line first."""

    VPN = "vpn"
    """A tunnel was opened; the address is the outer one."""
    SIGN_IN = "sign-in"
    """A person signed in to an identity provider or an application."""
    REMOTE = "remote"
    """A person signed in to a machine (SSH, RDP)."""
    WEB = "web"
    """A web server answered a request of a signed-in person."""
    REFRESH = "refresh"
    """A program acted for a person who had signed in before (token refresh, API call)."""


class SignIn(NamedTuple):
    """One sign-in, or one failed attempt."""

    user: str
    """The person in one spelling (`watch/people.py`). Of a failure it may be anything that was
    typed, a password included: it is stored only when the person is known already."""
    address: Address
    """The outermost trustworthy public address; IPv4-mapped IPv6 is IPv4."""
    at: int
    """Microseconds since 1970 UTC."""
    source: str
    """The log it is from: NAME of a module in `watch/sources`."""
    outcome: Outcome = Outcome.SUCCESS
    kind: Kind = Kind.SIGN_IN
    application: str = ""
    device: str = ""
    """The person's device as the log names it; "" when it does not."""
    until: int | None = None
    """Last moment at which the address was seen in use, where a log tells of sessions."""
    reference: str = ""
    """The log's own id of the record, "" when it has none."""
    country: str | None = None
    """Where the log says that the address is, ISO 3166-1 alpha-2 in upper case."""
    proxied: bool = False
    """The log itself says that the address is a proxy's or an egress: the home stays unknown."""
