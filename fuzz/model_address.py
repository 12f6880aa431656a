# Invariant: any text is an address, a network, or a ValueError with a short reason; what was read
# is written and read again the same, and both halves fit into signed 64 bits; time is linear.
"""Tries model/address.py."""

from fuzz.laws import check_one_line

from gatewatch.model.address import Address, parse_address, parse_network

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    *(b"192.0.2.1", b"192[.]0[.]2[.]1", b"192.0.2.0/24", b"192.0.2.1-192.0.2.9", b"010.0.2.1"),
    *(b"2001:db8::1", b"2001[:]db8::/32", b"::ffff:192.0.2.1", b"2001:db8::1 - 2001:db8::9"),
    *(b"fe80::1%eth0", b"::", b"0.0.0.0/0", b"::/0", b"::ffff:0:0/96", b"255.255.255.255"),
]
TOKENS = [b".", b":", b"::", b"/", b"-", b"%", b"/128", b"/0", b"ffff", b"[.]", b"(.)", b"[:]"]


def one(data: bytes) -> None:
    """Reads `data` as an address and as a network."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        address = parse_address(text)
    except ValueError as error:
        check_one_line(error, 100)
    else:
        _check(address)
    try:
        first, last = parse_network(text)
    except ValueError as error:
        check_one_line(error, 100)
    else:
        _check(first)
        _check(last)
        assert (first.high is None) == (last.high is None)
        assert first.number <= last.number


def _check(address: Address) -> None:
    assert parse_address(str(address)) == address
    assert all(-(1 << 63) <= half < 1 << 63 for half in (address.low, address.high or 0))
