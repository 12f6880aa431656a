"""One address a line: sorted, unique, LF, ASCII, no comments."""

from collections.abc import Iterable, Iterator

from gatewatch.model.address import Address

__all__ = ["NAME", "SENTENCE", "SUFFIXES", "entries"]

NAME = "addresses"
SENTENCE = "One address a line, sorted, each once; nothing else."
SUFFIXES = (".ips", ".txt")


def entries(addresses: Iterable[Address]) -> Iterator[str]:
    """Dotted IPv4, then IPv6 as RFC 5952 writes it."""
    return map(str, addresses)
