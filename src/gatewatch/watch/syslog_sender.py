"""Sends lines to a syslog server (RFC 5424), by UDP (RFC 5426) or TCP with counts (RFC 6587).

A datagram holds 2,048 bytes at most, which every server takes; a longer one is refused before it
is sent, as it would be cut on the way.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass

from gatewatch.model.errors import TargetFailed
from gatewatch.model.moment import iso
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.alerts import Severity

__all__ = ["KEYS", "Line", "send"]

KEYS = (
    Key("host", "the syslog server"),
    Key("port", "its port", "514"),
    Key("transport", "udp or tcp", "tcp"),
)
_MOST_BYTES = 2_048
_TIMEOUT_S = 10.0
_LOCAL0 = 16
_LEVELS = {Severity.LOW: 5, Severity.MEDIUM: 4, Severity.HIGH: 3, Severity.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class Line:
    """One message; `text` is one line, `number` tells repetitions."""

    severity: Severity
    at: int
    number: str
    text: str

    def message(self) -> bytes:
        """As RFC 5424 writes it."""
        priority = _LOCAL0 * 8 + _LEVELS[self.severity]
        head = f"<{priority}>1 {iso(self.at)} - gatewatch - {self.number[:32]} - "
        return (head + self.text).encode()


def send(lines: Iterable[Line], account: Account) -> None:
    """Sends them in order; raises TargetFailed."""
    where = f"{account.name} ({account['host']}:{account['port']})"
    messages = [line.message() for line in lines]
    if not account["port"].isdecimal() or not 0 < int(account["port"]) < 65536:
        raise TargetFailed(where=where, what="the port is no port", mend="mend it")
    if account["transport"] not in ("udp", "tcp"):
        raise TargetFailed(where=where, what="transport is no transport", mend="give udp or tcp")
    address = (account["host"], int(account["port"]))
    try:
        if account["transport"] == "tcp":
            _by_tcp(address, messages)
        else:
            _by_udp(address, messages, where)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        mend = "see host and port"
        raise TargetFailed(
            where=where, what=f"it cannot be reached ({reason})", mend=mend
        ) from None


def _by_tcp(address: tuple[str, int], messages: list[bytes]) -> None:
    with socket.create_connection(address, _TIMEOUT_S) as connection:
        for message in messages:
            connection.sendall(b"%d %s" % (len(message), message))
        connection.shutdown(socket.SHUT_WR)
        # A server that has read everything closes; one that broke off resets.
        while connection.recv(4096):
            pass


def _by_udp(address: tuple[str, int], messages: list[bytes], where: str) -> None:
    if any(len(message) > _MOST_BYTES for message in messages):
        mend = "use transport = tcp"
        raise TargetFailed(where=where, what="a message is too long for UDP", mend=mend)
    family, _, _, _, place = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as door:
        for message in messages:
            door.sendto(message, place)
