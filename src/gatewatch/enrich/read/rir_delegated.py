"""What the registries gave to whom: delegated and delegated-extended files of the five RIRs.

Source: the RIR statistics exchange format, version 2, and its extension by AFRINIC, APNIC, ARIN,
LACNIC and RIPE NCC. `registry|country|type|start|value|date|status[|opaque id]`: of IPv4 the
value is a count of addresses, which need be no power of two, of IPv6 the length of a prefix. The
country is that of the holder's registration. AS numbers are listed without addresses, so they
say nothing here.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from gatewatch.enrich.rows import About, Row, country, head_lines, lines, network, rows_of
from gatewatch.model.address import parse_address
from gatewatch.model.observation import Rejected

__all__ = ["NAME", "SENTENCE", "about", "read", "sniff"]

NAME = "rir-delegated"
SENTENCE = "Delegated and delegated-extended statistics of the registries: country."
_LICENCE = "Statistics of the Regional Internet Registries (NRO), CC BY 4.0"
_REGISTRIES = frozenset({"afrinic", "apnic", "arin", "iana", "lacnic", "nro", "ripencc", "ripe"})
_UNGIVEN = frozenset({"available", "reserved"})


def sniff(head: bytes, tail: bytes) -> bool:
    """Whether one of the first lines is a registry's."""
    del tail
    return any(_is_known(line.split("|")) for line in head_lines(head))


def about(path: Path) -> About:
    """The last day that the file covers."""
    for line in islice(lines(path), 10):
        parts = line.text.split("|")
        if _is_version(parts):
            return About(_day(parts[5]), _LICENCE)
    return About(licence=_LICENCE)


def read(path: Path) -> Iterator[Row | Rejected]:
    """The rows of the file."""
    return rows_of(lines(path), _row)


def _day(end: str) -> str | None:
    """`20261124` as a date; some files have 00000000."""
    if not re.fullmatch("[0-9]{8}", end):
        return None
    try:
        return datetime.strptime(end, "%Y%m%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None


def _is_version(parts: list[str]) -> bool:
    return len(parts) >= 7 and parts[0].replace(".", "").isdigit() and parts[1] in _REGISTRIES


def _is_known(parts: list[str]) -> bool:
    return _is_version(parts) or (
        parts[0] in _REGISTRIES and len(parts) >= 6 and parts[2] in {"asn", "ipv4", "ipv6"}
    )


def _row(line: str) -> Row | None:
    parts = line.split("|")
    if not _is_known(parts):
        raise ValueError("not registry|country|type|start|value|date|status")
    if _is_version(parts) or parts[2] == "asn" or parts[-1] == "summary":
        return None
    if len(parts) < 7:
        raise ValueError("the line ends before the status")
    where = _counted(parts[3], parts[4]) if parts[2] == "ipv4" else _prefix(parts[3], parts[4])
    code = None if parts[6] in _UNGIVEN else country(parts[1])
    return Row(*where, None, code, None) if code else None


def _counted(start: str, count: str) -> tuple[int, int, int]:
    address = parse_address(start)
    if address.high is not None or not (count.isascii() and count.isdigit() and len(count) <= 10):
        raise ValueError("an ipv4 line has an IPv4 address and a count")
    last = address.low + int(count) - 1
    if not address.low <= last < 1 << 32:
        raise ValueError("the count leads beyond the IPv4 addresses")
    return 4, address.low, last


def _prefix(start: str, length: str) -> tuple[int, int, int]:
    where = network(f"{start}/{length}")
    if where[0] != 6 or where[1] != parse_address(start).number:
        raise ValueError("an ipv6 line has the first address of a prefix and its length")
    return where
