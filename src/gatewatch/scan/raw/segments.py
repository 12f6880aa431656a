"""TCP segments as bytes, from the IP header on: SYNs in bulk, single ones, and what comes back.

RFC 791 and RFC 9293. The SYN carries the options that Windows sends (MSS 1460, window scale 8,
SACK permitted): destinations filter SYNs without options (ZMap #673). No timestamps: who offers
them has to send them in each later segment (RFC 7323 section 3.2).
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gatewatch.scan.raw.cookie import Cookies

__all__ = [
    "ACK", "FIN", "PSH", "RST", "SYN", "SYN_SIZE", "Refusal", "Segment", "SynBatch",
    "build_segment", "read_packet",
]  # fmt: skip

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_TCP, _ICMP = 6, 1
_OPTIONS = bytes.fromhex("020405b4 01030308 01010402")
_WINDOW = 64_240
_HEADERS = struct.Struct("!BBHHHBBH4s4sHHIIBBHHH")
_TCP_HEADER = struct.Struct("!HHIIBBH")
SYN_SIZE = _HEADERS.size + len(_OPTIONS)
"""Bytes of a SYN with its IP header."""

_UNREACHABLE, _TIME_EXCEEDED = 3, 11
_DONT_FRAGMENT = 0x4000
_MORE_OR_OFFSET = 0x3FFF
_TTL = 64
_LOW, _HALF_WORD = np.uint32(0xFFFF), np.uint32(16)
# Places within a SYN, in bytes.
_TARGET_AT, _TCP_AT = 16, 20
_SEQUENCE_AT, _CHECKSUM_AT = _TCP_AT + 4, _TCP_AT + 16


class Segment(NamedTuple):
    """A TCP segment that came in."""

    source: bytes
    """Four bytes."""
    source_port: int
    port: int
    """Of ours."""
    sequence: int
    acknowledged: int
    flags: int
    window: int
    data: bytes


class Refusal(NamedTuple):
    """An ICMP message about a segment of ours: unreachable, or on its way too long."""

    target: bytes
    """Whom our segment was for; four bytes."""
    port: int
    """Its source port, ours."""
    sequence: int
    kind: int
    """ICMP type: 3 or 11."""
    code: int


class SynBatch:
    """Room for `size` SYNs from `source`; `fill` writes them, the same bytes each time."""

    def __init__(self, source: bytes, port: int, cookies: Cookies, size: int) -> None:
        self.packets: npt.NDArray[np.uint8] = np.zeros((size, SYN_SIZE), np.uint8)
        """One SYN a row."""
        self._cookies = cookies
        plain = _packet(source, bytes(4), (0, port), (0, 0), SYN, options=_OPTIONS)
        self.packets[:] = np.frombuffer(plain, np.uint8)
        # The sum over what is the same in each, whose checksum field was left at zero.
        self._constant = np.uint32(_ones_sum(_pseudo(source, bytes(4), plain[_TCP_AT:])))

    def fill(self, targets: Sequence[bytes]) -> int:
        """Writes a SYN to each of `targets`, no more than fit; returns their number."""
        count = len(targets)
        rows = self.packets[:count]
        sequences, ports = self._cookies.of_all(targets)
        addresses = np.frombuffer(b"".join(targets), ">u4").astype(np.uint32)
        total = self._constant + ports
        for words in (addresses, sequences):
            total += (words >> _HALF_WORD) + (words & _LOW)
        for _ in range(2):
            total = (total & _LOW) + (total >> _HALF_WORD)
        self._put(rows, _TARGET_AT, addresses, 4)
        self._put(rows, _TCP_AT, ports, 2)
        self._put(rows, _SEQUENCE_AT, sequences, 4)
        self._put(rows, _CHECKSUM_AT, total ^ _LOW, 2)
        # The kernel chooses an identification only where there is none, which costs it time.
        self._put(rows, 4, (sequences & _LOW) | np.uint32(1), 2)
        return count

    @staticmethod
    def _put(
        rows: npt.NDArray[np.uint8], at: int, values: npt.NDArray[np.unsignedinteger], width: int
    ) -> None:
        big = np.ascontiguousarray(values.astype(f">u{width}"))
        rows[:, at : at + width] = big.view(np.uint8).reshape(-1, width)


def build_segment(
    source: bytes,
    target: bytes,
    ports: tuple[int, int],
    numbers: tuple[int, int],
    flags: int,
    data: bytes = b"",
) -> bytes:
    """One segment with its IP header; `numbers` are sequence and acknowledgement."""
    packet = _packet(source, target, ports, numbers, flags, data=data)
    tcp = packet[_TCP_AT:]
    check = 0xFFFF - _ones_sum(_pseudo(source, target, tcp))
    return packet[:_CHECKSUM_AT] + check.to_bytes(2, "big") + packet[_CHECKSUM_AT + 2 :]


def read_packet(packet: bytes) -> Segment | Refusal | None:
    """What an IPv4 packet holds; None for whatever is none of ours or is cut."""
    if len(packet) < 28 or packet[0] >> 4 != 4:
        return None
    start = (packet[0] & 15) * 4
    end = int.from_bytes(packet[2:4], "big")
    fragment = int.from_bytes(packet[6:8], "big") & _MORE_OR_OFFSET
    if start < 20 or fragment or not start <= end <= len(packet):
        return None
    if packet[9] == _TCP:
        return _read_segment(packet[12:16], packet[start:end])
    return _read_icmp(packet[start:end]) if packet[9] == _ICMP else None


def _read_segment(source: bytes, tcp: bytes) -> Segment | None:
    if len(tcp) < 20:
        return None
    source_port, port, sequence, acknowledged, offset, flags, window = _TCP_HEADER.unpack_from(tcp)
    begin = (offset >> 4) * 4
    if not 20 <= begin <= len(tcp):
        return None
    return Segment(source, source_port, port, sequence, acknowledged, flags, window, tcp[begin:])


def _read_icmp(icmp: bytes) -> Refusal | None:
    """RFC 792: eight bytes, then the header of the packet in question and eight bytes of it."""
    if len(icmp) < 36 or icmp[0] not in (_UNREACHABLE, _TIME_EXCEEDED) or icmp[8] >> 4 != 4:
        return None
    at = 8 + (icmp[8] & 15) * 4
    if at < 28 or len(icmp) < at + 8 or icmp[17] != _TCP:
        return None
    port = int.from_bytes(icmp[at : at + 2], "big")
    sequence = int.from_bytes(icmp[at + 4 : at + 8], "big")
    return Refusal(icmp[24:28], port, sequence, icmp[0], icmp[1])


def _packet(
    source: bytes,
    target: bytes,
    ports: tuple[int, int],
    numbers: tuple[int, int],
    flags: int,
    *,
    options: bytes = b"",
    data: bytes = b"",
) -> bytes:
    """IP and TCP header, options and data; both checksums zero, the kernel writes IP's."""
    size = _HEADERS.size + len(options) + len(data)
    offset = (20 + len(options)) << 2
    return (
        _HEADERS.pack(
            0x45, 0, size, (numbers[0] & 0xFFFF) | 1, _DONT_FRAGMENT, _TTL, _TCP, 0, source,
            target, *ports, *numbers, offset, flags, _WINDOW, 0, 0,
        )
        + options
        + data
    )  # fmt: skip


def _pseudo(source: bytes, target: bytes, tcp: bytes) -> bytes:
    """What a TCP checksum is over (RFC 9293 section 3.1), padded to whole words."""
    padding = b"\0" if len(tcp) % 2 else b""
    return source + target + b"\0\x06" + len(tcp).to_bytes(2, "big") + tcp + padding


def _ones_sum(words: bytes) -> int:
    """The ones' complement sum of 16-bit words: the number they make modulo 2^16 - 1."""
    return int.from_bytes(words, "big") % 0xFFFF
