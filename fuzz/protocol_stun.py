# Invariant: any datagram is a binding request or None; an answer to one is at most 60 bytes and
# repeats its transaction; nothing is raised.
"""Tries protocol/stun.py."""

from gatewatch.protocol.stun import binding_response, read_binding_request

__all__ = ["SEEDS", "TOKENS", "one"]

_ID = bytes(range(16))
_MARK = b"\xc0\x01\x00\x14dslforum.org/TR-111 "
SEEDS = [
    b"\x00\x01\x00\x00" + _ID,
    b"\x00\x01\x00\x18" + _ID + _MARK,
    b"\x00\x01\x00\x20" + _ID + b"\x00\x06\x00\x04user" + _MARK,
    b"\x00\x01\x00\x04\x21\x12\xa4\x42" + _ID[:12] + b"\xc0\x02\x00\x00",
]
TOKENS = (_MARK, b"\x00\x06\x00\x04", b"\x21\x12\xa4\x42")


def one(data: bytes) -> None:
    """Reads it and answers."""
    request = read_binding_request(data)
    if request is None:
        return
    assert data[4:20] == request.transaction
    for address in ("192.0.2.7", "2001:db8::7"):
        answer = binding_response(request, address, 7547)
        assert answer[4:20] == request.transaction
        assert len(answer) <= 20 + 24 * 2
