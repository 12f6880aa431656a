"""Dotted IPv4 addresses by the thousand, read column by column."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["WIDTH", "parse_dotted", "parse_ipv4"]

WIDTH = 16
_PLACES = np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.int64)
_EACH_BYTE = np.uint64(0x0101010101010101)
# By the length of a part, 1 to 3 digits.
_TENS, _HUNDREDS = np.array([0, 0, 10, 10]), np.array([0, 0, 0, 100])
_LEAST = np.array([0, 0, 10, 100])


def parse_ipv4(texts: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """The number of each address in canonical dotted form; -1 for any other text.

    Agrees with `model.address.parse_address` on what is canonical: four decimal parts up to
    255 without leading zeros.
    """
    size = len(texts)
    table = np.array(texts, dtype=f"S{WIDTH}").view(np.uint8).reshape(size, WIDTH)
    # Zero bytes fill the table up; one that a text holds itself makes it longer than it looks.
    whole = np.count_nonzero(table, axis=1) == np.fromiter(map(len, texts), np.int64, size)
    return np.where(whole, parse_dotted(table), -1)


def parse_dotted(table: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The same of rows of `WIDTH` bytes, filled up with zero bytes, which no text holds itself."""
    numbers = np.full(len(table), -1, dtype=np.int64)
    dotted = np.flatnonzero(_count(table == ord(".")) == 3)
    table = table[dotted]
    dots, digits = table == ord("."), table - np.uint8(ord("0"))
    known = _count((digits < 10) | dots | (table == 0)) == WIDTH
    # Places in the flat table: where each of the four parts ends, and how long it is.
    row = np.arange(len(dotted))[:, None] * WIDTH
    size = _count(table != 0).astype(np.int64)[:, None]
    ends = np.concatenate((np.flatnonzero(dots).reshape(-1, 3), row + size), axis=1)
    lengths = np.diff(ends, axis=1, prepend=row - 1) - 1
    known &= ((lengths >= 1) & (lengths <= 3)).all(axis=1)
    each = digits.ravel().astype(np.int64)
    rows, ends, lengths = dotted[known], ends[known], lengths[known]
    parts = each[ends - 1] + each[ends - 2] * _TENS[lengths] + each[ends - 3] * _HUNDREDS[lengths]
    # A part of two digits is at least 10, else it has a leading zero.
    right = ((parts <= 255) & (parts >= _LEAST[lengths])).all(axis=1)
    numbers[rows[right]] = parts[right] @ _PLACES
    return numbers


def _count(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """How many of the sixteen flags in each row are set."""
    halves = flags.view(np.uint64)
    # Eight bytes are added up by one multiplication, whose highest byte is their sum.
    sums: npt.NDArray[np.uint64] = (halves[:, 0] + halves[:, 1]) * _EACH_BYTE >> np.uint64(56)
    return sums
