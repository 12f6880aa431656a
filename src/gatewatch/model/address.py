"""IP addresses as the lake stores them, and as people and scanners write them.

`Address.high` is None for IPv4 and the upper 64 bits for IPv6; `Address.low` is the IPv4
number or the lower 64 bits. Both halves of IPv6 are *signed* 64-bit integers, since Spark and
Delta know no unsigned types; within one prefix of /1 or longer their order is the unsigned one.
"""

import ipaddress
import re
from typing import NamedTuple

__all__ = [
    "Address",
    "Network",
    "address_of",
    "canonical",
    "parse_address",
    "parse_network",
    "refang",
]

_SIGN = 1 << 63
_LOW = (1 << 64) - 1
_DOTTED = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})", re.ASCII)
_LENGTH = re.compile(r"\d{1,3}", re.ASCII)
_MAPPED = 0xFFFF
_OCTETS = {str(number): number for number in range(256)}


class Address(NamedTuple):
    """One IPv4 or IPv6 address."""

    high: int | None
    low: int

    def __str__(self) -> str:
        """Dotted IPv4, or compressed lower-case IPv6 (RFC 5952)."""
        if self.high is None:
            return f"{self.low >> 24}.{self.low >> 16 & 255}.{self.low >> 8 & 255}.{self.low & 255}"
        return str(ipaddress.IPv6Address(_unsigned(self.high) << 64 | _unsigned(self.low)))

    @property
    def number(self) -> int:
        """The address as one unsigned integer (32 or 128 bits)."""
        return self.low if self.high is None else _unsigned(self.high) << 64 | _unsigned(self.low)


class Network(NamedTuple):
    """All addresses from `first` to `last`, both of one family."""

    first: Address
    last: Address


def parse_address(text: str) -> Address:
    """The address that `text` writes.

    Accepts defanged forms (`192[.]0[.]2[.]1`, `hxxp` not included) and IPv4-mapped IPv6, which
    becomes IPv4. Raises ValueError, with the reason as its text, for leading zeros (read as
    octal by some programs), zone ids and everything that is no address.
    """
    # The canonical form is a hundred times as common as all others, so it comes first.
    address = canonical(text)
    if address is not None:
        return address
    text = refang(text)
    match = _DOTTED.fullmatch(text)
    if match:
        return _dotted(match)
    if "%" in text:
        raise ValueError("zone ids such as %eth0 name an interface, not a host on the Internet")
    try:
        number = int(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError("not an IP address") from None
    if number >> 32 == _MAPPED:
        return Address(None, number & 0xFFFFFFFF)
    return address_of(number, 6)


def canonical(text: str) -> Address | None:
    """The IPv4 address that `text` writes in its canonical form; None for any other text."""
    parts = text.split(".")
    if len(parts) == 4:
        a, b, c, d = map(_OCTETS.get, parts)
        if a is not None and b is not None and c is not None and d is not None:
            return Address(None, a << 24 | b << 16 | c << 8 | d)
    return None


def parse_network(text: str) -> Network:
    """The range that `text` writes: an address, a CIDR block or `first-last`.

    Host bits may be set in a CIDR block; they are cleared. Raises ValueError with the reason.
    """
    text = refang(text.strip())
    if "-" in text:
        first, last = (parse_address(part.strip()) for part in text.split("-", 1))
        if (first.high is None) != (last.high is None) or first.number > last.number:
            raise ValueError("a range is first-last, both of one family, in this order")
        return Network(first, last)
    base, slash, length = text.partition("/")
    address = parse_address(base)
    if not slash:
        return Network(address, address)
    bits = 32 if address.high is None else 128
    if not _LENGTH.fullmatch(length) or int(length) > bits:
        version = 4 if bits == 32 else 6
        raise ValueError(f"is not a network: the prefix length of IPv{version} is 0 to {bits}")
    mask = (1 << (bits - int(length))) - 1
    start = address.number & ~mask
    version = 4 if bits == 32 else 6
    return Network(address_of(start, version), address_of(start | mask, version))


def address_of(number: int, version: int) -> Address:
    """The address with this unsigned number; `version` is 4 or 6."""
    if version == 4:
        return Address(None, number)
    return Address(_signed(number >> 64), _signed(number & _LOW))


def refang(text: str) -> str:
    """`text` with the dots and colons that reports write defanged put back."""
    return text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":")


def _dotted(match: re.Match[str]) -> Address:
    number = 0
    for part in match.groups():
        if len(part) > 1 and part[0] == "0":
            raise ValueError("leading zeros are read as octal by some programs; write them out")
        if int(part) > 255:
            raise ValueError("not an IP address")
        number = number << 8 | int(part)
    return Address(None, number)


def _signed(value: int) -> int:
    return value - (1 << 64) if value & _SIGN else value


def _unsigned(value: int) -> int:
    return value & _LOW
