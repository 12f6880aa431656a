"""STUN as TR-069 annex G wants it: binding requests of devices, and what they are answered.

Classic STUN (RFC 3489), which has no magic cookie; a client of RFC 5389 is answered as well. A
device behind NAT keeps a binding open with such requests; those that bring the attribute
CONNECTION-REQUEST-BINDING tell us where a UDP connection request reaches it. Bytes in, answer out.
Any bytes are read or are None; nothing is answered that is not a request, and an answer is never
longer than twice the request and 60 bytes: nobody is flooded by our hand.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address

__all__ = ["BINDING", "BindingRequest", "binding_response", "read_binding_request"]

BINDING = b"dslforum.org/TR-111 "
"""The value of CONNECTION-REQUEST-BINDING, padded to 20 bytes."""
_REQUEST, _RESPONSE = 0x0001, 0x0101
_MAPPED, _USERNAME, _XOR_MAPPED = 0x0001, 0x0006, 0x0020
_CONNECTION_REQUEST_BINDING, _BINDING_CHANGE = 0xC001, 0xC002
_COOKIE = b"\x21\x12\xa4\x42"
_MOST = 1500


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """What a device asked."""

    transaction: bytes
    """16 bytes: transaction id, or cookie and transaction id of RFC 5389."""
    username: str = ""
    for_connection_requests: bool = False
    """It comes from the port where the device waits for connection requests."""
    changed: bool = False
    """The binding is another one than before."""
    attributes: dict[int, bytes] = field(default_factory=dict)

    @property
    def modern(self) -> bool:
        """It knows RFC 5389."""
        return self.transaction.startswith(_COOKIE)


def read_binding_request(data: bytes) -> BindingRequest | None:
    """The request in a datagram; None for anything else."""
    if not 20 <= len(data) <= _MOST or int.from_bytes(data[:2], "big") != _REQUEST:
        return None
    if int.from_bytes(data[2:4], "big") != len(data) - 20:
        return None
    attributes: dict[int, bytes] = {}
    place = 20
    while place < len(data):
        if place + 4 > len(data):
            return None
        kind = int.from_bytes(data[place : place + 2], "big")
        size = int.from_bytes(data[place + 2 : place + 4], "big")
        value = data[place + 4 : place + 4 + size]
        if len(value) != size:
            return None
        attributes.setdefault(kind, value)
        # RFC 5389 pads to four bytes; lengths of RFC 3489 are multiples of four already.
        place += 4 + size + -size % 4
    name = attributes.get(_USERNAME, b"").rstrip(b"\0 ").decode("utf-8", "replace")
    return BindingRequest(
        data[4:20],
        name,
        attributes.get(_CONNECTION_REQUEST_BINDING, b"").rstrip(b"\0 ") == BINDING.rstrip(),
        _BINDING_CHANGE in attributes,
        attributes,
    )


def binding_response(request: BindingRequest, address: str, port: int) -> bytes:
    """What tells a device the `address` and `port` that it was seen at."""
    packed = ip_address(address).packed
    family = 1 if isinstance(ip_address(address), IPv4Address) else 2
    attributes = _attribute(_MAPPED, bytes([0, family]) + port.to_bytes(2, "big") + packed)
    if request.modern:
        hidden = _xored(packed, request.transaction)
        hidden_port = _xored(port.to_bytes(2, "big"), _COOKIE)
        attributes += _attribute(_XOR_MAPPED, bytes([0, family]) + hidden_port + hidden)
    head = _RESPONSE.to_bytes(2, "big") + len(attributes).to_bytes(2, "big")
    return head + request.transaction + attributes


def _attribute(kind: int, value: bytes) -> bytes:
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


def _xored(said: bytes, by: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(said, by, strict=False))
