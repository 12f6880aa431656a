"""Regular expressions as a run of tokens: what the checks of patterns read.

`tokens_of` never fails on what `re.compile` accepts; what the checks do not understand comes as
a token of kind "refused".
"""

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["PLACES", "Token", "bounds_of", "letter_of", "tokens_of"]

PLACES = frozenset({"^", "$", r"\A", r"\Z", r"\b", r"\B"})
"""Atoms that match a place, no character."""

_TOKEN = re.compile(
    r"""(?P<flags>\(\?[aims]+\))
      | (?P<open>\((?:\?(?:P<\w+>|[:=!>]|<[=!]|[aims]+:)|(?!\?)))
      | (?P<refused>\(\?(?:P=\w+\)|\(|.)?|\\[1-9])
      | (?P<close>\))
      | (?P<bar>\|)
      | (?P<repeat>[*+?]|\{\d+\}|\{\d*,\d*\})[+?]?
      | (?P<atom>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|0[0-7]{0,2}|N\{[^}]*\}|.)
                |\[\^?\]?(?:\\.|[^\]\\])*\]|.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One piece of a pattern."""

    kind: str
    """flags, open, refused, close, bar, repeat or atom."""
    text: str
    """As written; a repeat without the sign of lazy or possessive behind it."""
    start: int
    end: int
    """Its place in the pattern."""


@lru_cache(maxsize=16)
def tokens_of(source: str) -> tuple[Token, ...]:
    """The pieces of the pattern `source`, in order; several checks in a row ask for them."""
    return tuple(
        Token(kind, found[kind], found.start(), found.end())
        for found in _TOKEN.finditer(source)
        for kind in [found.lastgroup or "refused"]
    )


def bounds_of(repeat: str, length: int) -> tuple[int, int]:
    """How often a repeat tries its item at least and, for values of `length`, at most."""
    named = {"*": (0, length), "+": (1, length), "?": (0, 1)}
    if repeat in named:
        return named[repeat]
    low, comma, high = repeat[1:-1].partition(",")
    least = int(low or 0)
    if not comma:
        return least, least
    return least, int(high) if high else length


def letter_of(atom: str) -> str | None:
    """The one character that `atom` stands for, or None when it stands for several or a place."""
    if len(atom) == 1:
        return None if atom in ".^$" else atom
    escaped = atom[1:]
    plain = len(escaped) == 1 and not escaped.isalnum()
    return escaped if atom[0] == "\\" and plain else None
