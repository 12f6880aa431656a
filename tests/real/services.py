"""What stands in the laboratory, one service per address, and the truth about each.

Three are real programs; the others answer with bytes written here, in the shapes that such
devices are known for. `services` is the whole of it: what is not listed is closed.
"""

import subprocess
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import NamedTuple

__all__ = [
    "CLOSED",
    "FORBIDDEN",
    "GREETING",
    "PORT",
    "SILENT",
    "Manner",
    "Service",
    "Truth",
    "address_of",
    "services",
]

PORT = 7547
CLOSED, SILENT, FORBIDDEN = "198.18.0.40", "198.18.0.41", "198.18.0.42"
"""Addresses without a service: refused, dropped, and dropped with an ICMP notice."""

GREETING = b"SSH-2.0-dropbear_2019.78\r\n"


class Manner(Enum):
    """How a service behaves once connected."""

    PROGRAM = "a program of its own"
    ANSWERS = "answers whatever is asked"
    GREETS = "speaks first, and not HTTP"
    MUTE = "accepts and never speaks"
    HASTY = "accepts and closes at once"


class Truth(NamedTuple):
    """What every observer of a service should find; None: it sends no such header."""

    status: int
    server: str | None = None
    realm: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One service; `truth` is None when it does not speak HTTP."""

    name: str
    manner: Manner
    truth: Truth | None = None
    answer: bytes = b""

    @property
    def address(self) -> str:
        """Where it stands."""
        return address_of(self.name)


_ADDRESSES = {
    "gsoap-fault": "198.18.0.10",
    "gsoap-challenge": "198.18.0.11",
    "mini-httpd": "198.18.0.12",
    "lighttpd": "198.18.0.13",
    "rompager": "198.18.0.14",
    "huawei-digest": "198.18.0.15",
    "grandstream": "198.18.0.16",
    "cpe-server": "198.18.0.17",
    "hp-printer": "198.18.0.18",
    "ccsp-gateway": "198.18.0.19",
    "mute": "198.18.0.30",
    "ssh": "198.18.0.31",
    "hasty": "198.18.0.32",
}


def address_of(name: str) -> str:
    """Where the service of this name stands."""
    return _ADDRESSES[name]


@cache
def services() -> tuple[Service, ...]:
    """Every service of the laboratory; the programs' versions are those installed."""
    return (
        Service("gsoap-fault", Manner.PROGRAM, Truth(405, "gSOAP/2.8")),
        Service("gsoap-challenge", Manner.PROGRAM, Truth(401, "gSOAP/2.8", "gSOAP Web Service")),
        Service("mini-httpd", Manner.PROGRAM, Truth(200, _version("mini_httpd", "-V"))),
        Service("lighttpd", Manner.PROGRAM, Truth(200, _version("lighttpd", "-v"))),
        Service(
            "rompager",
            Manner.ANSWERS,
            Truth(404, "RomPager/4.07 UPnP/1.0"),
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n"
            b"Server: RomPager/4.07 UPnP/1.0\r\nEXT:\r\n\r\n"
            b"34\r\n<html><head><title>Object Not Found</title></head>\r\n\r\n0\r\n\r\n",
        ),
        Service(
            "huawei-digest",
            Manner.ANSWERS,
            Truth(401, None, "HuaweiHomeGateway"),
            b"HTTP/1.1 401 Unauthorized\r\nConnection: Keep-Alive\r\n"
            b'WWW-Authenticate: Digest realm="HuaweiHomeGateway",'
            b'nonce="5f3c0a1b2c3d4e5f60718293a4b5c6d7", qop="auth", algorithm="MD5"\r\n'
            b"Content-Length: 0\r\n\r\n",
        ),
        Service(
            "grandstream",
            Manner.ANSWERS,
            Truth(401, "Grandstream CWMP/1.0", "Grandstream CWMP"),
            b"HTTP/1.1 401 Unauthorized\r\nServer: Grandstream CWMP/1.0\r\n"
            b'WWW-Authenticate: Basic realm="Grandstream CWMP"\r\nContent-Length: 0\r\n\r\n',
        ),
        Service(
            "cpe-server",
            Manner.ANSWERS,
            Truth(404, "CPE-SERVER/1.0 Supports only GET"),
            b"HTTP/1.1 404 Not Found\r\nServer: CPE-SERVER/1.0 Supports only GET\r\n\r\n",
        ),
        Service(
            "hp-printer",
            Manner.ANSWERS,
            Truth(404, "gSOAP/2.7"),
            b"X-Content-Type-Options: no-sniff\r\nCache-Control: no-store\r\n"
            b"HTTP/1.1 404 Not Found\r\nServer: gSOAP/2.7\r\nContent-Length: 0\r\n\r\n",
        ),
        Service(
            "ccsp-gateway",
            Manner.ANSWERS,
            Truth(401, None, "Cisco_CCSP_CWMP_TCPCR"),
            b"HTTP/1.1 401 Unauthorized\r\n"
            b'WWW-Authenticate: Basic realm="Cisco_CCSP_CWMP_TCPCR"\r\nContent-Length: 0\r\n\r\n',
        ),
        Service("mute", Manner.MUTE),
        Service("ssh", Manner.GREETS, answer=GREETING),
        Service("hasty", Manner.HASTY),
    )


def _version(*argv: str) -> str:
    """What a program calls itself in its first line, as it does in its Server header."""
    said = subprocess.run(argv, capture_output=True, text=True, timeout=10)
    return (said.stdout or said.stderr).splitlines()[0].partition(" (")[0].strip()
