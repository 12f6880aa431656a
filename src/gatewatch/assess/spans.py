"""A version as far as an answer tells it: one release, or the line of releases it belongs to.

gSOAP says `2.8` whatever its patch level, D-Link says `1.08` for every build of it: such a text
stands for all releases from the first to the last of that line.
"""

from typing import NamedTuple

__all__ = ["LAST", "Key", "Span", "exactly", "line"]

Key = tuple[int, ...]
"""Compared number by number."""

LAST = 1 << 62
"""Above every number of a version."""
_PLACES = 8


class Span(NamedTuple):
    """All releases from `low` to `high`, both included."""

    low: Key
    high: Key
    branch: str = ""
    """Versions of different branches cannot be compared."""


def exactly(*numbers: int, branch: str = "") -> Span:
    """One release; places that are not given are 0."""
    key = (*numbers, *(0,) * (_PLACES - len(numbers)))
    return Span(key, key, branch)


def line(*numbers: int, branch: str = "") -> Span:
    """Every release that begins with these numbers."""
    open_places = _PLACES - len(numbers)
    return Span((*numbers, *(0,) * open_places), (*numbers, *(LAST,) * open_places), branch)
