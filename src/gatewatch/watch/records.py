"""What all sources share: which addresses count, which times can be, and how a sign-in is made.

`sign_in` is the one place where the rules for all logs hold: private, unspecified and carrier-NAT
addresses place nobody (`Passed`), and neither does a record without a user; a time that lies a
day and more after the clock is no time (ValueError). Reasons never quote the record.
"""

import re
from enum import StrEnum
from functools import lru_cache

from gatewatch.formats.json_values import moment
from gatewatch.model.address import Address, canonical, parse_address, parse_network
from gatewatch.model.moment import SECOND
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given

__all__ = ["FUTURE", "Passed", "address_in", "is_loopback", "is_public", "sign_in", "time_in"]

FUTURE = 86_400 * SECOND
"""A time so much after the clock is no time: zones and clocks are wrong by less."""
_LONGEST = 200
_LONGEST_ADDRESS = 100
# Where a log says that it knows no address, in the words of Windows, Duo, OpenVPN and CloudTrail.
_NOWHERE = frozenset({"", "-", "::", "unknown", "null", "none", "(none)", "local"})
# OpenVPN writes udp4:198.51.100.7:61001 and tcp6-server:[2001:db8::7]:61001.
_TRANSPORT = re.compile(r"(?:udp|tcp)[46]?(?:-server|-client)?:", re.ASCII)
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::\d{1,5})?", re.ASCII)
_WITH_PORT = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):\d{1,5}", re.ASCII)
_REMEMBERED = 1 << 16


def _blocks(*texts: str) -> list[tuple[int, int]]:
    return [(found.first.number, found.last.number) for found in map(parse_network, texts)]


_LOOPBACK = _blocks("127.0.0.0/8")
# By family, IPv4 first. 100.64/10 is the inside of carrier NAT (RFC 6598): nobody outside sees it.
_INSIDE = (
    _blocks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
    ),
    _blocks("::/127", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
)  # fmt: skip


class Passed(StrEnum):
    """Why a sound record places nobody anywhere; counted, and no error."""

    OTHER = "not about signing in"
    UNFINISHED = "a sign-in that had not ended"
    INSIDE = "from an address that is not on the Internet"
    NO_ADDRESS = "without an address"
    REPEATED = "again within a quarter of an hour"
    NOBODY = "without a person (machine and service accounts)"


@lru_cache(maxsize=_REMEMBERED)
def address_in(text: str) -> Address | None:
    """The address that a log writes, whatever port, bracket or transport stands with it.

    None for host names and for what means "unknown". Raises ValueError for what looks like an
    address and is none.
    """
    address = canonical(text)
    if address is None:
        text = text.strip()
        if text.lower() in _NOWHERE:
            return None
        if len(text) > _LONGEST_ADDRESS:
            raise ValueError("the address is longer than an address can be")
        bare = _bare(text)
        try:
            address = parse_address(bare)
        except ValueError:
            if ":" in bare or re.fullmatch(r"[\d.]*", bare, re.ASCII):
                raise ValueError("the address cannot be read") from None
            return None
    return address if address.number else None


def _bare(text: str) -> str:
    """`text` without what is no part of an address: transport, brackets, port, zone."""
    match = _TRANSPORT.match(text)
    text = text[match.end() :] if match else text
    for form in (_BRACKETED, _WITH_PORT):
        if match := form.fullmatch(text):
            text = match[1]
            break
    # A zone names an interface and stands with link-local addresses only, which are INSIDE.
    return text.partition("%")[0]


def is_public(address: Address, *, lab: bool = False) -> bool:
    """Whether a host on the Internet, or with `lab` one on loopback, can have this address.

    Documentation ranges (RFC 5737, RFC 3849) count as public: examples are written with them.
    """
    number, blocks = address.number, _INSIDE[address.high is not None]
    if any(first <= number <= last for first, last in blocks):
        return lab and any(first <= number <= last for first, last in _LOOPBACK)
    return True


def time_in(value: object) -> int:
    """The time that a log writes with its zone, or as an epoch; raises ValueError."""
    try:
        found = moment(value)
    except ValueError:
        raise ValueError("its time cannot be read") from None
    if found is None:
        raise ValueError("it has no time")
    return found


def is_loopback(text: str) -> bool:
    """Whether `text` is an address that only this machine reaches."""
    try:
        address = parse_address(text)
    except ValueError:
        return False
    if address.high is not None:
        return address.number == 1
    return any(first <= address.number <= last for first, last in _LOOPBACK)


def sign_in(
    given: Given,
    source: str,
    *,
    user: str,
    address: str,
    at: int,
    outcome: Outcome = Outcome.SUCCESS,
    kind: Kind = Kind.SIGN_IN,
    application: str = "",
    device: str = "",
    until: int | None = None,
    reference: str = "",
    country: str = "",
    proxied: bool = False,
) -> SignIn | Passed:
    """The sign-in, or why it places nobody; raises ValueError for what cannot be."""
    where = address_in(address)
    if where is None:
        return Passed.NO_ADDRESS
    if not _counts(where, lab=given.lab):
        return Passed.INSIDE
    person = given.people.person(user)
    if not person:
        return Passed.NOBODY
    if at > given.clock() + FUTURE:
        raise ValueError("its time lies in the future: the clock or the zone is wrong")
    return SignIn(
        person,
        where,
        at,
        source,
        outcome,
        kind,
        application[:_LONGEST],
        device[:_LONGEST],
        until,
        reference[:_LONGEST],
        country.upper() if len(country) == 2 and country.isascii() and country.isalpha() else None,
        proxied,
    )


_counts = lru_cache(maxsize=_REMEMBERED)(is_public)
