"""MaxMind DB files (MMDB): GeoLite2 and GeoIP2, DB-IP, IPinfo, ip-location-db and others.

Source: the MaxMind DB File Format Specification 2.0. The search tree is walked here, all nodes of
one depth at a time, since that comes to an end on any tree, one that leads in circles included;
`maxminddb` then reads each distinct record once. Networks that only repeat the IPv4 ones
(::ffff:0:0/96, 2002::/16 ...) are left out.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import NamedTuple

import maxminddb
import numpy as np
import numpy.typing as npt

from gatewatch.enrich.rows import About, Row, as_number, country, name
from gatewatch.model.observation import Rejected

__all__ = ["NAME", "SENTENCE", "about", "read", "sniff"]

NAME = "mmdb"
SENTENCE = "MaxMind DB: country, AS number and name of GeoLite2, DB-IP, IPinfo and others."

_MARKER = b"\xab\xcd\xefMaxMind.com"
# DB-IP's kinds also name the MaxMind kind that they are compatible with, so they come first.
_NOTICES = {
    "dbip": "IP Geolocation by DB-IP (https://db-ip.com); the Lite tables are CC BY 4.0",
    "ipinfo": "IP address data powered by IPinfo (https://ipinfo.io); Lite is CC BY-SA 4.0",
    "geolite2": "GeoLite2 data created by MaxMind, available from https://www.maxmind.com",
    "geoip2": "GeoIP2 data of MaxMind, under your agreement with them",
}

Unsigned = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Said = tuple[int | None, str | None, str | None]
"""AS number, country, AS name."""


class _Tree(NamedTuple):
    """The search tree: the two children of each node; from `len(left)` on they are no nodes."""

    left: Numbers
    right: Numbers
    bits: int
    """Length of the addresses: 32 or 128."""


class _Nodes(NamedTuple):
    """Nodes, or records, that one depth of the tree leads to, with the addresses they begin at."""

    number: Numbers
    high: Unsigned
    low: Unsigned

    def where(self, which: npt.NDArray[np.bool_]) -> "_Nodes":
        return _Nodes(self.number[which], self.high[which], self.low[which])


def sniff(head: bytes, tail: bytes) -> bool:
    """Whether the mark of the metadata stands in the last bytes."""
    del head
    return _MARKER in tail


def about(path: Path) -> About:
    """When it was built, and the notice of its publisher."""
    with _opened(path) as reader:
        metadata = _metadata(reader)
    kind = metadata.database_type.lower().replace("-", "")
    licence = next((text for word, text in _NOTICES.items() if word in kind), None)
    try:
        built = datetime.fromtimestamp(metadata.build_epoch, UTC)
    except (OverflowError, OSError, ValueError):
        return About(None, licence)
    return About(built.date().isoformat(), licence)


def read(path: Path) -> Iterator[Row | Rejected]:
    """The rows of the file, largest networks first."""
    with _opened(path) as reader:
        tree = _tree(path, _metadata(reader))
        known: dict[int, Said | str] = {}
        for length, leaves in _walk(tree):
            for record, high, low in zip(*(column.tolist() for column in leaves), strict=True):
                number = high << 64 | low
                if record not in known:
                    known[record] = _record(reader, number, tree.bits)
                row = _row(number, length, tree.bits, known[record])
                if row is not None:
                    yield row


def _opened(path: Path) -> maxminddb.Reader:
    try:
        return maxminddb.open_database(path)
    except (maxminddb.InvalidDatabaseError, ValueError) as error:
        raise _broken(error) from None


def _metadata(reader: maxminddb.Reader) -> "maxminddb.reader.Metadata":
    try:
        return reader.metadata()
    except (maxminddb.InvalidDatabaseError, UnicodeError) as error:
        raise _broken(error) from None


def _broken(error: Exception) -> ValueError:
    return ValueError(f"it is no whole MaxMind DB ({error})")


def _tree(path: Path, metadata: "maxminddb.reader.Metadata") -> _Tree:
    count, width = metadata.node_count, metadata.record_size // 4
    if metadata.record_size not in _CHILDREN or count * width > path.stat().st_size:
        raise ValueError("its search tree is cut short")
    raw = np.fromfile(path, dtype=np.uint8, count=count * width).reshape(count, width)
    left, right = _CHILDREN[metadata.record_size](raw.astype(np.int64))
    return _Tree(left, right, 128 if metadata.ip_version == 6 else 32)


def _of_24(raw: Numbers) -> tuple[Numbers, Numbers]:
    return _big_endian(raw[:, :3]), _big_endian(raw[:, 3:])


def _of_28(raw: Numbers) -> tuple[Numbers, Numbers]:
    # The middle byte holds the upper four bits of both, the left one's first.
    left = (raw[:, 3] >> 4) << 24 | _big_endian(raw[:, :3])
    return left, (raw[:, 3] & 15) << 24 | _big_endian(raw[:, 4:])


def _of_32(raw: Numbers) -> tuple[Numbers, Numbers]:
    return _big_endian(raw[:, :4]), _big_endian(raw[:, 4:])


_CHILDREN: Mapping[int, Callable[[Numbers], tuple[Numbers, Numbers]]] = {
    24: _of_24,
    28: _of_28,
    32: _of_32,
}


def _big_endian(raw: Numbers) -> Numbers:
    number = np.zeros(len(raw), dtype=np.int64)
    for column in raw.T:
        number = number << 8 | column
    return number


def _walk(tree: _Tree) -> Iterator[tuple[int, _Nodes]]:
    """For each length of a prefix the networks of this length that have a record."""
    count = len(tree.left)
    ipv4 = _ipv4_start(tree)
    root = np.zeros(min(count, 1), dtype=np.int64)
    nodes = _Nodes(root, root.astype(np.uint64), root.astype(np.uint64))
    for length in range(1, tree.bits + 1):
        below = _below(tree, nodes, tree.bits - length)
        yield length, below.where(below.number > count)
        repeats = (below.number == ipv4) & ((below.high | below.low) != 0)
        nodes = below.where((below.number < count) & ~repeats)
        # Each node of a tree is met once.
        if len(nodes.number) > count:
            raise ValueError("its search tree leads in circles")
    if len(nodes.number):
        raise ValueError("its search tree is deeper than an address is long")


def _ipv4_start(tree: _Tree) -> int:
    """The node of ::/96, below which the IPv4 addresses are; -1 when there is none."""
    node, count = 0, len(tree.left)
    if tree.bits == 32:
        return -1
    for _ in range(96):
        if node >= count:
            return -1
        node = int(tree.left[node])
    return node if node < count else -1


def _below(tree: _Tree, nodes: _Nodes, bit: int) -> _Nodes:
    """What all `nodes` lead to; the right one of each two has the address bit `bit` set."""
    high, low = nodes.high, nodes.low
    if bit >= 64:
        high = high | np.uint64(1 << (bit - 64))
    else:
        low = low | np.uint64(1 << bit)
    return _Nodes(
        np.concatenate((tree.left[nodes.number], tree.right[nodes.number])),
        np.concatenate((nodes.high, high)),
        np.concatenate((nodes.low, low)),
    )


def _record(reader: maxminddb.Reader, number: int, bits: int) -> Said | str:
    """What the record at this address says, or the reason why that cannot be told."""
    try:
        record = reader.get(IPv4Address(number) if bits == 32 else IPv6Address(number))
    except (maxminddb.InvalidDatabaseError, UnicodeError) as error:
        reason = f"its data section is damaged ({error})"
        raise ValueError(reason) from None
    if not isinstance(record, dict):
        return "the record is no map"
    try:
        return _said(record)
    except ValueError as error:
        return str(error)


def _said(record: Mapping[str, object]) -> Said:
    asn = _first(record, "autonomous_system_number", "asn")
    as_name = _first(record, "autonomous_system_organization", "as_name", "organization", "name")
    place = _first(record, "country_code", "country", "registered_country")
    if isinstance(place, dict):
        place = place.get("iso_code", "")
    return as_number(str(asn)), country(str(place)), name(str(as_name))


def _first(record: Mapping[str, object], *keys: str) -> object:
    return next((record[key] for key in keys if record.get(key)), "")


def _row(number: int, length: int, bits: int, said: Said | str) -> Row | Rejected | None:
    last = number | ((1 << (bits - length)) - 1)
    # In a tree of IPv6 addresses the IPv4 ones stand below ::/96, or below ::ffff:0:0/96.
    narrow = bits == 32 or (length >= 96 and number >> 32 in {0, 0xFFFF})
    if narrow:
        number, last = number & 0xFFFFFFFF, last & 0xFFFFFFFF
    if isinstance(said, str):
        address = IPv4Address(number) if narrow else IPv6Address(number)
        return Rejected(f"network {address}/{length - (bits - 32) * narrow}", said)
    if said[0] is None and said[1] is None:
        return None
    return Row(4 if narrow else 6, number, last, *said)
