# Invariant: any bytes name makers with a certainty below one half, each once and with bytes that
# stand in them; time is linear.
"""Tries enrich/oui.py."""

from gatewatch.enrich.oui import makers_in

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    *(b'realm="00:25:9E:00:00:01"', b"MAC=00-25-9e-00-00-01", b"0025.9e00.0001"),
    *(b"CN=00259E000001, O=Box", b'realm="00259E-HG000-0123456789"', b"a4:b1:c1:00:00:01"),
    b"uuid:6ba7b810-9dad-41d1-80b4-00259e000001",
]
TOKENS = [b":", b"-", b".", b"00:25:9E", b"00259E", b"ff", b"00", b'"', b" ", b"0" * 12]


def one(data: bytes) -> None:
    """Looks for makers in `data`."""
    found = makers_in(data)
    assert len({maker.name for maker in found}) == len(found)
    for maker in found:
        assert 0 < maker.sure < 0.5
        assert maker.evidence.encode() in data
