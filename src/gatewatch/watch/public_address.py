"""Where a webhook may go: to addresses on the Internet, not into the network that we run in.

Whoever may set a URL could otherwise have us ask machines that only we reach (server-side request
forgery). A name is resolved once; all its addresses must be public, and the connection goes to the
one that was checked, so a second answer of the DNS changes nothing.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from gatewatch.model.errors import TargetFailed

__all__ = ["Pinned", "pinned"]


_NAT64 = IPv6Network("64:ff9b::/96")


class Pinned(NamedTuple):
    """A URL whose host is an address, and the name to greet the server with."""

    base: str
    path: str
    host: str
    """For the header Host."""
    name: str
    """For TLS."""


def pinned(url: str, where: str, *, private: bool) -> Pinned:
    """Raises TargetFailed when it may not be asked; `private`: loopback and inside are allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}[parts.scheme]
        name = parts.hostname or ""
    except (ValueError, KeyError):
        name, port = "", 0
    if not name or parts.username or (parts.scheme == "http" and not private):
        raise TargetFailed(where=where, what="its url is no https:// address", mend="mend its url")
    found = _resolved(name, port, where)
    if not private:
        for address in found:
            if not _is_public(address):
                raise TargetFailed(
                    where=where,
                    what="its url leads into a private network",
                    mend="give a public address, or set private = true if you mean it",
                )
    literal = f"[{found[0]}]" if ":" in found[0] else found[0]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc
    return Pinned(f"{parts.scheme}://{literal}:{port}", path, host, name)


def _resolved(name: str, port: int, where: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        mend = "see its url and your network"
        raise TargetFailed(where=where, what="its server's name is unknown", mend=mend) from None
    return [str(one[4][0]).partition("%")[0] for one in found]


def _is_public(text: str) -> bool:
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        # NAT64 carries an IPv4 address in its last 32 bits (RFC 6052).
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return address.is_global and not address.is_multicast
