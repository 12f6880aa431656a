# Invariant: any bytes from the network are a segment, a refusal or nothing, and nothing is raised;
# a segment holds no byte that was not in the packet; a conversation takes any segments, in any
# order, keeps what the reader keeps, and always has an answer.
"""Tries scan/raw: segments.py and conversation.py."""

from zlib import crc32

from gatewatch.model.observation import BODY_LIMIT, HEAD_LIMIT
from gatewatch.scan.raw.conversation import Conversation
from gatewatch.scan.raw.segments import ACK, FIN, PSH, SYN, Segment, build_segment, read_packet

__all__ = ["SEEDS", "TOKENS", "one"]

_SOURCE, _TARGET = bytes((198, 18, 0, 1)), bytes((192, 0, 2, 1))
_REQUEST = b"GET / HTTP/1.1\r\n\r\n"
_HEAD = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\n"
_FIRST = 1000


def _packet(sequence: int, data: bytes, flags: int = ACK | PSH) -> bytes:
    ports, numbers = (7547, 61_000), (sequence, _FIRST + len(_REQUEST))
    return build_segment(_SOURCE, _TARGET, ports, numbers, flags, data)


_SYN_ACK = _packet(4999, b"", SYN | ACK)
_QUOTED = _SYN_ACK[:28]
SEEDS = [
    _SYN_ACK + _packet(5000, _HEAD + b"hello"),
    _SYN_ACK + _packet(5000, _HEAD) + _packet(5000 + len(_HEAD), b"hello", ACK | FIN),
    _SYN_ACK + _packet(5010, _HEAD) + _packet(5000, _HEAD) + _SYN_ACK,
    bytes.fromhex("450000380000000040010000") + _SOURCE + _TARGET + b"\3\1" + bytes(6) + _QUOTED,
]  # fmt: skip
TOKENS = [_HEAD, _packet(5000, b""), b"\x45\x00\x00\x28"]


def one(data: bytes) -> None:
    """Reads `data` as one packet, then as a row of them in a conversation."""
    whole = read_packet(data)
    if isinstance(whole, Segment):
        assert whole.data in data
    greeting = Segment(_SOURCE, 7547, 61_000, 4999, _FIRST, SYN | ACK, 5840, b"")
    talk = Conversation(_FIRST, _REQUEST, greeting)
    for packet in _cut(data):
        segment = read_packet(packet)
        if isinstance(segment, Segment) and talk.ending is None:
            talk.take(segment)
    answer = talk.answer()
    assert len(answer.head) <= HEAD_LIMIT
    assert len(answer.body) <= BODY_LIMIT
    talk.reset()


def _cut(data: bytes) -> list[bytes]:
    """By the lengths that the packets themselves tell; what tells none is cut somewhere."""
    found = []
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 2 : at + 4], "big") or 20 + crc32(data[at : at + 4]) % 40
        found.append(data[at : at + size])
        at += size
    return found
