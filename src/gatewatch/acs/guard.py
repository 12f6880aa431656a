"""Where a connection request may go: never where a device merely says that it should.

ConnectionRequestURL comes from a device, so it is a stranger's word about where our server opens
connections (server-side request forgery). Allowed is plain http to the address that the device's
own Inform came from, or to networks that the operator lists; never loopback, link-local, multicast,
unspecified or the metadata addresses of clouds (unless in a lab), never a name, and only to ports
from 1024 on, or 80 and those that the operator lists.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

__all__ = ["Guard", "Refused", "Target"]

_Network = IPv4Network | IPv6Network
_METADATA = frozenset(
    map(ip_address, ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"))
)


class Refused(ValueError):
    """Why no connection request is sent there; one line."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes."""

    host: str
    """An address, without brackets."""
    port: int
    path: str
    """With the query, at least `/`."""

    @property
    def authority(self) -> str:
        """As a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 80 else f"{host}:{self.port}"


class Guard:
    """The operator's rules."""

    def __init__(
        self, networks: Sequence[str] = (), ports: Sequence[int] = (), *, lab: bool = False
    ) -> None:
        """`networks` beyond the device's own address; `ports` below 1024; `lab`: loopback too."""
        self._networks: tuple[_Network, ...] = tuple(map(ip_network, networks))
        self._ports = frozenset({80, *ports})
        self._lab = lab

    def target(self, url: str, source: str) -> Target:
        """Where `url`, told by a device at the address `source`, leads; raises Refused."""
        if len(url) > 512 or not url.isascii() or not url.isprintable() or " " in url:
            raise Refused("the URL is too long, or not of visible ASCII letters")
        try:
            parts = urlsplit(url)
            port = 80 if parts.port is None else parts.port
            address = ip_address(parts.hostname or "")
        except ValueError:
            raise Refused("its host is no address, or its port no number") from None
        if parts.scheme != "http" or parts.username is not None or "@" in parts.netloc:
            raise Refused("it is not plain http without a name and password")
        if port < 1024 and port not in self._ports:
            raise Refused(f"port {port} is not one for connection requests")
        self.check(address, source)
        path = parts.path or "/"
        return Target(str(address), port, f"{path}?{parts.query}" if parts.query else path)

    def check(self, address: IPv4Address | IPv6Address, source: str) -> None:
        """Raises Refused where nothing may be sent for a device that called from `source`."""
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if address in _METADATA or address.is_multicast or address.is_unspecified:
            raise Refused(f"{address} is no device's address")
        if (address.is_loopback or address.is_link_local) and not (
            self._lab and address.is_loopback
        ):
            raise Refused(f"{address} is loopback or link-local")
        if str(address) == _plain(source):
            return
        if not any(address in network for network in self._networks):
            raise Refused(f"{address} is neither where the device called from nor allowed")


def _plain(source: str) -> str:
    """An address in one spelling; IPv4 within IPv6 is IPv4."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
