"""Small MaxMind DB files for tests, written from the file format specification 2.0.

Records are maps of text, numbers, lists and maps; nested networks are pushed down to leaves, as
the format knows no nesting. Slow and plain on purpose: it shares no code with the reader.
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path

__all__ = ["MARKER", "encode", "write_mmdb"]

MARKER = b"\xab\xcd\xefMaxMind.com"
_SEPARATOR = bytes(16)
_EMPTY = -1

Value = str | int | list["Value"] | Mapping[str, "Value"]


def write_mmdb(
    path: Path,
    networks: Mapping[str, Value],
    *,
    record_size: int = 24,
    ip_version: int = 6,
    alias_ipv4: bool = False,
    kind: str = "Test",
    built: int = 1795478400,
) -> None:
    """Writes the networks (`192.0.2.0/24`, `2001:db8::/32`) and their records.

    With `alias_ipv4`, ::ffff:0:0/96 leads to the IPv4 networks, as MaxMind's files have it.
    """
    bits = 128 if ip_version == 6 else 32
    nodes: list[list[int]] = [[_EMPTY, _EMPTY]]
    data, known = bytearray(), dict[bytes, int]()
    places: list[int] = []
    parsed = [(ipaddress.ip_network(text), record) for text, record in networks.items()]
    for network, record in sorted(parsed, key=lambda pair: pair[0].prefixlen):
        length = network.prefixlen + (bits - network.max_prefixlen)
        raw = encode(record)
        if raw not in known:
            known[raw] = -2 - len(places)
            places.append(len(data))
            data += raw
        _insert(nodes, int(network.network_address), length, bits, known[raw])
    if alias_ipv4:
        _alias(nodes)
    tree = b"".join(_node(pair, len(nodes), places, record_size) for pair in nodes)
    metadata = {
        "binary_format_major_version": _number(5, 2),
        "binary_format_minor_version": _number(5, 0),
        "build_epoch": _number(9, built),
        "database_type": encode(kind),
        "description": encode({"en": "test"}),
        "ip_version": _number(5, ip_version),
        "languages": encode(["en"]),
        "node_count": encode(len(nodes)),
        "record_size": _number(5, record_size),
    }
    tail = b"".join(encode(key) + value for key, value in metadata.items())
    path.write_bytes(tree + _SEPARATOR + data + MARKER + _control(7, len(metadata)) + tail)


def encode(value: Value) -> bytes:
    """A value of the data section; 2 is UTF-8 text, 6 uint32, 7 a map, 11 a list."""
    if isinstance(value, str):
        raw = value.encode()
        return _control(2, len(raw)) + raw
    if isinstance(value, int):
        return _number(6, value)
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(encode, value))
    items = ((encode(key), encode(one)) for key, one in value.items())
    return _control(7, len(value)) + b"".join(key + one for key, one in items)


def _number(kind: int, value: int) -> bytes:
    """5 is uint16, 6 uint32, 9 uint64."""
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return _control(kind, len(raw)) + raw


def _control(kind: int, size: int) -> bytes:
    assert size < 285, "longer values are not needed here"
    first = min(size, 29)
    more = bytes([size - 29]) if size >= 29 else b""
    return bytes([kind << 5 | first]) + more if kind < 8 else bytes([first, kind - 7]) + more


def _insert(nodes: list[list[int]], number: int, length: int, bits: int, leaf: int) -> None:
    """Nodes are positive, leaves are -2 and below."""
    node = 0
    for depth in range(length - 1):
        side = number >> (bits - 1 - depth) & 1
        below = nodes[node][side]
        if below < 0:
            nodes.append([below, below])
            nodes[node][side] = below = len(nodes) - 1
        node = below
    nodes[node][number >> (bits - length) & 1] = leaf


def _alias(nodes: list[list[int]]) -> None:
    """Makes ::ffff:0:0/96 lead to where ::/96 leads."""
    ipv4 = 0
    for _ in range(96):
        ipv4 = nodes[ipv4][0]
    _insert(nodes, 0xFFFF << 32, 96, 128, ipv4)


def _node(pair: list[int], count: int, places: list[int], record_size: int) -> bytes:
    left, right = (
        count if one == _EMPTY else one if one >= 0 else count + 16 + places[-2 - one]
        for one in pair
    )
    if record_size == 28:
        middle = left >> 24 << 4 | right >> 24
        return (
            (left & 0xFFFFFF).to_bytes(3, "big")
            + bytes([middle])
            + (right & 0xFFFFFF).to_bytes(3, "big")
        )
    return left.to_bytes(record_size // 8, "big") + right.to_bytes(record_size // 8, "big")
