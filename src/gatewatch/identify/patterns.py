"""Patterns of fingerprints: regular expressions that cannot be made to hang.

Fingerprints are matched against what strangers send, with Python's backtracking engine. So a
pattern is refused unless its work (`work.py`) at all places where a match may begin stays below
`WORK_LIMIT` for the longest value that is ever matched: some ten milliseconds, whatever the
value. A repeat without end of something that can itself match in several ways (`(a+)+`,
exponential) is always refused; so are a repeat of something that may match nothing, which no
value's length bounds, back-references, and what `tokens.py` does not read (conditions, comments).

Most values are dismissed without the engine: a pattern knows a text that every match holds, and
the text that every match begins with.
"""

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

from gatewatch.identify.literals import beginning_of, choices_in, has_alternatives, runs_in
from gatewatch.identify.work import work_of

__all__ = ["BODY_LENGTH", "LINE_LENGTH", "WORK_LIMIT", "Pattern", "compile_pattern", "length_of"]

WORK_LIMIT = 1 << 18
"""Steps for one value; each takes some thirty nanoseconds at most."""
# What is longer is cut before it is matched; real Server values and challenges stay below 300.
LINE_LENGTH = 1024
BODY_LENGTH = 4096
_LONG = frozenset({"http.body", "http.head", "http.header"})
_FLAGS = re.compile(r"\(\?[aims]+\)")
_STARTS = ("^", r"\A")
# A shorter literal is in most values.
_TELLING = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    regex: re.Pattern[str]
    literal: str
    """Text that every match holds; looking for it first is ten times faster than matching."""
    choices: tuple[str, ...]
    """Texts of which every match holds one, where they tell more than `literal`."""
    prefix: str
    """Text that every value begins with in which there is a match; empty: none is known."""
    line: str
    """Text that a line begins with in every match; empty: none is known."""
    work: int
    """Steps for one value at most."""

    def find(self, value: str) -> re.Match[str] | None:
        """The first match in `value`, or None."""
        if self.literal not in value:
            return None
        if self.choices and not any(text in value for text in self.choices):
            return None
        if self.line and not value.startswith(self.line):
            at = value.find(f"\n{self.line}")
            return None if at < 0 else self.regex.search(value, at)
        return self.regex.search(value)


def length_of(feature: str) -> int:
    """How many characters of a value of `feature` are matched."""
    return BODY_LENGTH if feature in _LONG else LINE_LENGTH


@lru_cache(maxsize=4096)
def compile_pattern(source: str, feature: str) -> Pattern:
    """The pattern for values of `feature`; ValueError says what is wrong with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            regex = re.compile(source)
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        message = f"pattern is no regular expression, {error}"
        raise ValueError(message) from error
    length = length_of(feature)
    work = work_of(source, length)
    body = _FLAGS.sub("", source, count=1)
    alternatives = has_alternatives(source)
    one_line = not regex.flags & re.MULTILINE and not alternatives
    begins = one_line and body.startswith(_STARTS)
    if not begins:
        work = work * _starts(beginning_of(source), length) + length
    if work > WORK_LIMIT:
        message = "pattern may take too long on a hostile value"
        raise ValueError(message)
    plain = not alternatives and not regex.flags & re.IGNORECASE
    literal = max(runs_in(source), key=len) if plain else ""
    choices = choices_in(source) if plain and len(literal) < _TELLING else ()
    prefix = _prefix(body) if plain and begins else ""
    by_line = bool(regex.flags & re.MULTILINE) and not alternatives and body.startswith("^")
    line = _prefix(body) if plain and by_line else ""
    return Pattern(regex, literal, choices, prefix, line, work)


def _starts(beginning: str, length: int) -> int:
    """Where a match may begin; the engine looks for the pattern's first text in linear time."""
    period = next(
        (by for by in range(1, len(beginning)) if beginning.startswith(beginning[by:])),
        len(beginning),
    )
    return length // max(period, 1) + 1


def _prefix(anchored: str) -> str:
    """The text right behind the anchor of a pattern."""
    return runs_in(anchored.removeprefix("^").removeprefix(r"\A"))[0]
