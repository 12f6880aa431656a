"""What the readers of network data share: rows, the words in them, and lines in bounded memory.

A reader turns a file into `Row`s; what is wrong with a line is a `ValueError` with the reason as
its text, which `rows_of` turns into a `Rejected` with the line's number. A word that means
"nothing is known" (`-`, `None`, ZZ, AS 0) is None and no error.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from gatewatch.enrich.countries import country_code
from gatewatch.model.address import Network, parse_address, parse_network
from gatewatch.model.observation import Rejected

__all__ = [
    "About",
    "Line",
    "Row",
    "as_number",
    "cells",
    "country",
    "head_lines",
    "lines",
    "name",
    "network",
    "rows_of",
    "span",
]

# The longest honest line names an organisation after two IPv6 addresses.
_LINE_LIMIT = 4096
_NAME_LIMIT = 200
_RAW_KEPT = 1024
_AS_LAST = (1 << 32) - 1
_NOTHING = frozenset({"", "-", "none", "null", "n/a", "unknown", "zz", "xx", "??"})


class Row(NamedTuple):
    """What a file says about the addresses `first` to `last`, both included."""

    family: int
    """4 or 6."""
    first: int
    last: int
    asn: int | None
    country: str | None
    """Two letters A to Z."""
    as_name: str | None


class About(NamedTuple):
    """What a file says of itself, or is known of everything in its format."""

    data_date: str | None = None
    """`2026-11-24`, or a less exact `2026-11`."""
    licence: str | None = None
    """The notice that its terms of use ask to be shown."""


class Line(NamedTuple):
    """One line of a text file, without its end."""

    number: int
    text: str
    whole: bool
    """Of a line longer than 4 KiB only the beginning is there."""


def lines(path: Path) -> Iterator[Line]:
    """Each line that is neither blank nor a `#` comment; a byte order mark is left out."""
    number = 0
    with path.open("rb") as stream:
        while part := stream.readline(_LINE_LIMIT + 1):
            number += 1
            whole = len(part) <= _LINE_LIMIT or part.endswith(b"\n")
            text = part.decode("utf-8", "replace").removeprefix("\ufeff").strip("\r\n ")
            if text and not text.startswith("#"):
                yield Line(number, text, whole)
            while len(part) > _LINE_LIMIT and not part.endswith(b"\n"):
                part = stream.readline(_LINE_LIMIT + 1)


def head_lines(head: bytes, most: int = 10) -> list[str]:
    """The first whole lines of a file that are neither blank nor `#` comments, for sniffing."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    found = (line.strip("\r\n ") for line in text.splitlines()[: 10 * most])
    return [line for line in found if line and not line.startswith("#")][:most]


def rows_of(
    numbered: Iterable[Line], read_line: Callable[[str], Row | None]
) -> Iterator[Row | Rejected]:
    """The row in each line; `read_line` returns None for a line that is right and says nothing."""
    for number, text, whole in numbered:
        try:
            if not whole:
                raise ValueError("longer than 4 KiB")
            row = read_line(text)
        except ValueError as error:
            yield Rejected(f"line {number}", str(error), text[:_RAW_KEPT].encode())
        else:
            if row is not None:
                yield row


def cells(line: str) -> list[str]:
    """The cells of one line of CSV (RFC 4180)."""
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        reason = f"not CSV: {error}"
        raise ValueError(reason) from None


def span(first: str, last: str) -> tuple[int, int, int]:
    """(family, first, last) of a range, given by addresses or by decimal numbers."""
    low, high = _numbered(first), _numbered(last)
    if low[0] != high[0]:
        raise ValueError("the range begins in one address family and ends in the other")
    if low[1] > high[1]:
        raise ValueError("the range ends before it begins")
    return low[0], low[1], high[1]


def network(text: str) -> tuple[int, int, int]:
    """(family, first, last) of an address, a CIDR block or `first-last`."""
    found: Network = parse_network(text)
    return (4 if found.first.high is None else 6), found.first.number, found.last.number


def as_number(text: str) -> int | None:
    """The number in `64500` or `AS64500`; None for 0 (RFC 7607: not routed) and for nothing."""
    word = text.strip().lower()
    if word in _NOTHING:
        return None
    digits = word.removeprefix("as")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise ValueError("the AS number is no number")
    number = int(digits)
    if number > _AS_LAST:
        raise ValueError("the AS number is above 4294967295")
    return number or None


@lru_cache(maxsize=1024)
def country(text: str) -> str | None:
    """The code of a country given by code or name.

    Two letters that no country has are kept: registries and ISO are ahead of any list.
    """
    word = text.strip()
    if word.lower() in _NOTHING:
        return None
    code = country_code(word)
    if code is None and len(word) == 2 and word.isascii() and word.isalpha():
        return word.upper()
    if code is None:
        raise ValueError("the country is neither a code nor a name")
    return code


def name(text: str) -> str | None:
    """The name of an autonomous system, at most 200 characters of it."""
    word = " ".join(text.split())
    if word.lower() in {"", "-", "none", "not routed"}:
        return None
    return word[:_NAME_LIMIT]


def _numbered(text: str) -> tuple[int, int]:
    word = text.strip()
    if word.isascii() and word.isdigit() and len(word) <= 39:
        number = int(word)
        if number >> 128:
            raise ValueError("the number is too large for an address")
        return (6 if number >> 32 else 4), number
    address = parse_address(word)
    return (4 if address.high is None else 6), address.number
