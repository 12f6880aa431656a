"""What comes back, before the kernel handles it: a packet socket behind a filter of our own."""

import ctypes
import socket
import struct
from collections.abc import Sequence
from typing import NamedTuple

from gatewatch.scan.raw.cookie import Ports

__all__ = ["Losses", "Sniffer"]

_ETH_P_IP = 0x0800
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
# An answer takes some 800 bytes here: room for a tenth of a second at full rate.
_BUFFER = 64 << 20
_LONGEST = 1 << 16

# Classic BPF (linux/bpf_common.h); offsets are into the IP packet.
_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE = 0x20, 0x28, 0x30
_LOAD_HEADER_SIZE, _LOAD_HALF_BEHIND = 0xB1, 0x48
_EQUAL, _ANY_BIT, _AT_LEAST, _MORE = 0x15, 0x45, 0x35, 0x25
_RETURN = 0x06
_PROTOCOL, _FRAGMENT, _TARGET = 9, 6, 16
_TCP, _ICMP = 6, 1


class Losses(NamedTuple):
    """Of the packets that passed the filter since the last look."""

    seen: int
    dropped: int
    """There was no room for these."""


class Sniffer:
    """Receives TCP for `source` on `ports`, and ICMP for `source`."""

    def __init__(self, source: bytes, ports: Ports) -> None:
        # What comes in before the filter stands is told apart by its cookie.
        self._sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP))
        try:
            self._sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
            self._attach(_program(source, ports))
            self._sock.setblocking(False)
            self.losses()
        except BaseException:
            self._sock.close()
            raise

    def fileno(self) -> int:
        """For select and poll."""
        return self._sock.fileno()

    def receive(self) -> bytes | None:
        """The next packet from its IP header on; None when there is none now."""
        try:
            return self._sock.recv(_LONGEST)
        except BlockingIOError:
            return None

    def losses(self) -> Losses:
        """What came and what was lost since this was last asked."""
        seen, dropped = struct.unpack(
            "II", self._sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        )
        return Losses(seen, dropped)

    def close(self) -> None:
        """Receives no more."""
        self._sock.close()

    def _attach(self, program: Sequence[tuple[int, int, int, int]]) -> None:
        code = b"".join(struct.pack("HBBI", *step) for step in program)
        room = ctypes.create_string_buffer(code)
        self._sock.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER,
            struct.pack("HL", len(program), ctypes.addressof(room)),
        )  # fmt: skip


def _program(source: bytes, ports: Ports) -> Sequence[tuple[int, int, int, int]]:
    """Steps of code, jump if true, jump if false, operand."""
    return (
        (_LOAD_WORD, 0, 0, _TARGET),
        (_EQUAL, 0, 10, int.from_bytes(source, "big")),
        (_LOAD_BYTE, 0, 0, _PROTOCOL),
        (_EQUAL, 7, 0, _ICMP),
        (_EQUAL, 0, 7, _TCP),
        (_LOAD_HALF, 0, 0, _FRAGMENT),
        (_ANY_BIT, 5, 0, 0x3FFF),
        (_LOAD_HEADER_SIZE, 0, 0, 0),
        (_LOAD_HALF_BEHIND, 0, 0, 2),
        (_AT_LEAST, 0, 2, ports.first),
        (_MORE, 1, 0, ports.last),
        (_RETURN, 0, 0, 0xFFFF_FFFF),
        (_RETURN, 0, 0, 0),
    )
