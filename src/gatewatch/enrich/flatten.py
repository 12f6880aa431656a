"""Ranges as files have them, nested and out of order, made sorted and disjoint.

Where ranges overlap, the shortest one that covers an address speaks for it, as the longest prefix
does in routing; of two equally short ones the later in the file. Neighbours that say the same
become one. Time and memory grow with the number of ranges, not with their sizes or overlaps.

Numbers of 128 bits are two columns of uint64, high and low; IPv4 has 0 as its high half.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Spans", "flatten"]

Unsigned = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

_TOP = np.uint64((1 << 64) - 1)
_ONE = np.uint64(1)
_NOBODY = -1


class Spans(NamedTuple):
    """Ranges of one address family as columns of equal length; both ends belong to a range."""

    first_high: Unsigned
    first_low: Unsigned
    last_high: Unsigned
    last_low: Unsigned
    asn: Numbers
    """0: unknown."""
    country: Codes
    """Packed (`countries.pack`); 0: unknown."""


def flatten(spans: Spans) -> Spans:
    """The same knowledge as sorted, disjoint ranges; each range's first is not after its last."""
    if not len(spans.asn):
        return spans
    high, low, begin, end = _cells(spans)
    owner = np.full(len(high), _NOBODY, dtype=np.int64)
    apart = _apart(begin, end)
    owner[begin[apart]] = np.flatnonzero(apart)
    crowd = _shortest_first(spans, np.flatnonzero(~apart))
    _paint(owner, crowd, begin[crowd], end[crowd])
    return _merged(spans, high, low, owner)


def _cells(spans: Spans) -> tuple[Unsigned, Unsigned, Numbers, Numbers]:
    """All addresses cut where a range begins or has ended.

    Returns the first address of each piece as (high, low), and for each range the pieces
    `begin` to `end` (not included) that it covers.
    """
    count = len(spans.asn)
    after_low = spans.last_low + _ONE
    after_high = spans.last_high + (after_low == 0)
    # After the very last IPv6 address comes none, so no piece begins there.
    inside = (after_low != 0) | (after_high != 0)
    high = np.concatenate((spans.first_high, after_high[inside]))
    low = np.concatenate((spans.first_low, after_low[inside]))
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(new) - 1
    end = np.full(count, np.count_nonzero(new), dtype=np.int64)
    end[inside] = rank[count:]
    return high[new], low[new], rank[:count], end


def _apart(begin: Numbers, end: Numbers) -> npt.NDArray[np.bool_]:
    """Which ranges overlap no other one: nearly all of them in nearly all files."""
    order = np.argsort(begin, kind="stable")
    reach = np.maximum.accumulate(end[order])
    fresh = np.ones(len(order) + 1, dtype=np.bool_)
    fresh[1:-1] = begin[order][1:] >= reach[:-1]
    apart = np.empty(len(order), dtype=np.bool_)
    apart[order] = fresh[:-1] & fresh[1:]
    return apart


def _shortest_first(spans: Spans, which: Numbers) -> Numbers:
    low = spans.last_low[which] - spans.first_low[which]
    borrow = spans.last_low[which] < spans.first_low[which]
    high = spans.last_high[which] - spans.first_high[which] - borrow
    return which[np.lexsort((-which, low, high))]


def _paint(owner: Numbers, rows: Numbers, begin: Numbers, end: Numbers) -> None:
    """Gives each piece to the first of `rows` that covers it.

    `skip[piece]` leads to the next piece without an owner, with paths halved on the way, so
    each piece is painted once, however many ranges cover it.
    """
    skip = list(range(len(owner) + 1)) if len(rows) else []
    for row, piece, stop in zip(rows.tolist(), begin.tolist(), end.tolist(), strict=True):
        while True:
            while skip[piece] != piece:
                skip[piece] = piece = skip[skip[piece]]
            if piece >= stop:
                break
            owner[piece] = row
            skip[piece] = piece = piece + 1


def _merged(spans: Spans, high: Unsigned, low: Unsigned, owner: Numbers) -> Spans:
    held = owner != _NOBODY
    asn = np.where(held, spans.asn[owner], 0)
    country = np.where(held, spans.country[owner], 0).astype(np.int32)
    begins = np.ones(len(owner), dtype=np.bool_)
    begins[1:] = (held[1:] != held[:-1]) | (asn[1:] != asn[:-1]) | (country[1:] != country[:-1])
    at = np.flatnonzero(begins)
    # A run ends where the next one begins, less one; the last one at the last address.
    next_high, next_low = np.append(high[at[1:]], _TOP), np.append(low[at[1:]], _TOP)
    next_low[:-1] -= _ONE
    next_high[:-1] -= next_low[:-1] == _TOP
    at, known = at[held[at]], held[at]
    return Spans(high[at], low[at], next_high[known], next_low[known], asn[at], country[at])
