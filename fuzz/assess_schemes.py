# Invariant: any text is a span of versions or none in each scheme, and only a span has a place in
# a range; a range is read, or refused by a ValueError.
"""Tries every module in assess/schemes/, assess/spans.py and assess/ranges.py."""

from contextlib import suppress

from gatewatch.assess.ranges import Place, read_range
from gatewatch.assess.schemes import schemes

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    *(version.encode() for scheme in schemes().values() for version in scheme.ORDER),
    *(b"< 4.34\n4.07", b">= 2.7.0, <= 2.8.47\n2.8", b"< 1.2 | >= 2.0, < 2.3\n1.9"),
]
TOKENS = [b"<", b"<=", b">", b">=", b"=", b",", b"|", b"\n", b".", b"(AAFR.4)C0", b"rc1", b"b3"]


def one(data: bytes) -> None:
    """Reads the first line as a range, what follows as a version."""
    bounds, _, version = data.decode("latin-1").partition("\n")
    for name, scheme in schemes().items():
        span = scheme.span(version)
        assert span is None or span.low <= span.high
        with suppress(ValueError):
            place = read_range(bounds, name).place(version)
            assert (place is Place.UNKNOWN) or span is not None
