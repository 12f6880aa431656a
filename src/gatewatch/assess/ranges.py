"""Affected ranges, as `>= 2.7.0, <= 2.8.47 | = 3.1`: `,` is and, `|` is or."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gatewatch.assess.schemes import schemes
from gatewatch.assess.spans import Span

__all__ = ["Place", "Range", "read_range"]

_BOUND = re.compile(r"\s*(<=|<|>=|>|=)\s*([^\s<>=][^<>=]*?)\s*")


class Place(StrEnum):
    """Where a version lies, as far as the answer tells."""

    INSIDE = "inside"
    PARTLY = "partly"
    """Some releases that say so are inside, others are not."""
    OUTSIDE = "outside"
    UNKNOWN = "unknown"
    """No version, or none that can be compared."""


@dataclass(frozen=True, slots=True)
class Range:
    """Any of `parts`, each of which is bounds that hold together."""

    text: str
    scheme: str
    parts: tuple[tuple[tuple[str, Span], ...], ...]

    def place(self, version: str | None) -> Place:
        """Where `version`, written in the range's scheme, lies."""
        span = None if version is None else _span(self.scheme, version)
        if span is None or any(
            bound.branch != span.branch for one in self.parts for _, bound in one
        ):
            return Place.UNKNOWN
        if any(all(_inside(span, sign, bound) for sign, bound in part) for part in self.parts):
            return Place.INSIDE
        if any(all(_touches(span, sign, bound) for sign, bound in part) for part in self.parts):
            return Place.PARTLY
        return Place.OUTSIDE


def read_range(text: str, scheme: str) -> Range:
    """The range that `text` means; ValueError says what is wrong with it."""
    if scheme not in schemes():
        message = f'no scheme "{scheme}", there are {", ".join(schemes())}'
        raise ValueError(message)
    parts = (tuple(_bound(one, scheme) for one in part.split(",")) for part in text.split("|"))
    return Range(text, scheme, tuple(parts))


def _bound(text: str, scheme: str) -> tuple[str, Span]:
    found = _BOUND.fullmatch(text)
    if found is None:
        message = f'"{text.strip()}" is no bound like "< 4.34"'
        raise ValueError(message)
    span = schemes()[scheme].span(found[2])
    if span is None:
        message = f'"{found[2]}" is no version of the scheme {scheme}'
        raise ValueError(message)
    return found[1], span


@lru_cache(maxsize=8192)
def _span(scheme: str, version: str) -> Span | None:
    return schemes()[scheme].span(version)


def _inside(span: Span, sign: str, bound: Span) -> bool:
    """Whether all releases of `span` satisfy the bound."""
    if sign == "=":
        return bound.low <= span.low and span.high <= bound.high
    if sign in ("<", "<="):
        return span.high < bound.low if sign == "<" else span.high <= bound.high
    return span.low > bound.high if sign == ">" else span.low >= bound.low


def _touches(span: Span, sign: str, bound: Span) -> bool:
    """Whether some release of `span` satisfies the bound."""
    if sign == "=":
        return bound.low <= span.high and span.low <= bound.high
    if sign in ("<", "<="):
        return span.low < bound.low if sign == "<" else span.low <= bound.high
    return span.high > bound.high if sign == ">" else span.high >= bound.low
