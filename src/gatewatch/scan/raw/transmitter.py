"""Sends for the raw engine: SYNs by the batch, single segments one by one.

Raw IPv4 sockets (raw(7)): the kernel chooses way and next hop, and writes IP's checksum.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress

from gatewatch.scan.raw.conversation import Reply
from gatewatch.scan.raw.cookie import Cookies
from gatewatch.scan.raw.messages import PacketQueue
from gatewatch.scan.raw.segments import SynBatch, build_segment

__all__ = ["BATCH", "Transmitter"]

BATCH = 256
"""SYNs by one system call, at most."""
_HDRINCL = 3  # linux/in.h IP_HDRINCL
_SEND_BUFFER = 8 << 20


class Transmitter:
    """Sends from `source`, four bytes, to `port`, by `interface` if one is named.

    Raises PermissionError without CAP_NET_RAW, OSError for an interface that is none.
    """

    def __init__(self, source: bytes, port: int, cookies: Cookies, interface: str = "") -> None:
        self._source = source
        self._port = port
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._sock.setsockopt(socket.IPPROTO_IP, _HDRINCL, 1)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._sock.setblocking(False)
        if interface:
            self._sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0"
            )
        self._batch = SynBatch(source, port, cookies, BATCH)
        self._queue = PacketQueue(self._sock, self._batch.packets)

    def probe(self, targets: Sequence[bytes]) -> int:
        """Sends a SYN to each of at most BATCH `targets`; returns how many went.

        Fewer than all: the queue of the card is full, the rest has to wait. Raises OSError when
        the first one can never go.
        """
        return self._queue.send(0, self._batch.fill(targets))

    def reply(self, target: bytes, port: int, reply: Reply) -> None:
        """Sends one segment from our `port`; if it cannot go now it is lost, as packets are."""
        packet = build_segment(
            self._source, target, (port, self._port), (reply.sequence, reply.acknowledged),
            reply.flags, reply.data,
        )  # fmt: skip
        # The peer sends again what it misses, and a deadline ends the rest.
        with suppress(OSError):
            self._sock.sendto(packet, (socket.inet_ntoa(target), 0))

    def close(self) -> None:
        """Sends no more."""
        self._sock.close()
