"""Patterns of fingerprints: regular expressions that cannot be made to hang.

Fingerprints are matched against what strangers send, with Python's backtracking engine. So a
pattern is refused unless a simple bound on its work holds: the product of the ways in which its
repeats and alternatives can be tried, times the places where it may begin, stays below
`WORK_LIMIT` for the longest value that is ever matched (some ten milliseconds). A repeat without
end of something that can itself match in several ways (`(a+)+`, exponential) is always refused;
so are a repeat of something that may match nothing, which no value's length bounds,
back-references, and what this module does not read (conditions, comments).
"""

import re
import warnings
from dataclasses import dataclass

__all__ = ["BODY_LENGTH", "LINE_LENGTH", "WORK_LIMIT", "Pattern", "compile_pattern", "length_of"]

WORK_LIMIT = 1 << 21
# Counting stops here, so that a pattern cannot make the count itself endless.
_TOO_MANY = WORK_LIMIT + 1
# Atoms that match a place, no character.
_PLACES = frozenset({"^", "$", r"\A", r"\Z", r"\b", r"\B"})
# What is longer is cut before it is matched; real Server values and challenges stay below 300.
LINE_LENGTH = 1024
BODY_LENGTH = 4096
_LONG = frozenset({"http.body", "http.head", "http.header"})

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


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; `whole`: it is anchored at both ends."""

    regex: re.Pattern[str]
    whole: bool
    literal: str
    """Text that every match holds; looking for it first is ten times faster than matching."""

    def find(self, value: str) -> re.Match[str] | None:
        """The first match in `value`, or None."""
        return self.regex.search(value) if self.literal in value else None


@dataclass(slots=True)
class _Group:
    """Ways to match: of finished alternatives, of the current one, of its last item.

    And whether each of these may match nothing.
    """

    finished: int = 0
    current: int = 1
    last: int = 1
    finished_empty: bool = False
    current_empty: bool = True
    last_empty: bool = True

    def ways(self) -> int:
        return self.finished + self.current * self.last

    def may_be_empty(self) -> bool:
        return self.finished_empty or (self.current_empty and self.last_empty)

    def item(self, ways: int, *, empty: bool) -> None:
        self.current = min(self.current * self.last, _TOO_MANY)
        self.last = ways
        self.current_empty = self.current_empty and self.last_empty
        self.last_empty = empty

    def alternative(self) -> None:
        self.finished, self.current, self.last = self.ways(), 1, 1
        self.finished_empty = self.may_be_empty()
        self.current_empty = self.last_empty = True

    def repeat(self, sign: str, length: int) -> None:
        if self.last_empty and sign != "?":
            message = "pattern repeats what may match nothing"
            raise ValueError(message)
        self.last = _repeated(self.last, sign, length)
        self.last_empty = self.last_empty or _bounds(sign, length)[0] == 0


def length_of(feature: str) -> int:
    """How many characters of a value of `feature` are matched."""
    return BODY_LENGTH if feature in _LONG else LINE_LENGTH


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
    ways, alternatives = _ways(source, length)
    body = re.sub(r"^\(\?[aims]+\)", "", source)
    one_line = not regex.flags & re.MULTILINE and not alternatives
    begins = one_line and body.startswith(("^", r"\A"))
    ends = one_line and re.search(r"(?<!\\)(?:\\\\)*(?:\$|\\Z)$", body) is not None
    if ways * (1 if begins else length) > WORK_LIMIT:
        message = "pattern may take too long on a hostile value"
        raise ValueError(message)
    literal = "" if alternatives or regex.flags & re.IGNORECASE else _literal(source)
    return Pattern(regex, begins and ends, literal)


def _ways(source: str, length: int) -> tuple[int, bool]:
    """In how many ways the pattern can be tried, and whether it has alternatives at the top."""
    stack = [_Group()]
    looks = [False]
    alternatives = False
    for token in _TOKEN.finditer(source):
        group = stack[-1]
        match token.lastgroup:
            case "refused":
                message = f'pattern uses "{token[0]}", which is not allowed'
                raise ValueError(message)
            case "open":
                stack.append(_Group())
                looks.append(token[0].endswith(("=", "!")))
            case "close":
                stack.pop()
                stack[-1].item(group.ways(), empty=looks.pop() or group.may_be_empty())
            case "bar":
                alternatives = alternatives or len(stack) == 1
                group.alternative()
            case "repeat":
                group.repeat(token["repeat"], length)
            case "atom":
                group.item(1, empty=token[0] in _PLACES)
    return stack[0].ways(), alternatives


def _repeated(ways: int, sign: str, length: int) -> int:
    """The ways of an item with `ways` ways that is repeated as `sign` says."""
    low, high = _bounds(sign, length)
    if ways == 1:
        return high - low + 1
    if high >= length:
        message = "pattern repeats without end what can itself match in several ways"
        raise ValueError(message)
    # Powers beyond this are over the limit already.
    counts = range(low, min(high, low + 20) + 1)
    return min(sum(int(ways ** min(count, 22)) for count in counts), _TOO_MANY)


def _bounds(sign: str, length: int) -> tuple[int, int]:
    named = {"*": (0, length), "+": (1, length), "?": (0, 1)}
    if sign in named:
        return named[sign]
    low, comma, high = sign[1:-1].partition(",")
    least = int(low or 0)
    if not comma:
        return least, least
    return least, int(high) if high else length


def _literal(source: str) -> str:
    """The longest text outside groups that every match of `source` holds."""
    runs = [""]
    depth = 0
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        letter = _letter(token["atom"]) if kind == "atom" and depth == 0 else None
        if letter is not None:
            runs[-1] += letter
            continue
        if kind == "repeat":
            runs[-1] = runs[-1][:-1]  # it may be there no time at all
        runs.append("")
    return max(runs, key=len)


def _letter(atom: str) -> str | None:
    """The one character that `atom` stands for, or None when it stands for several or a place."""
    if len(atom) == 1:
        return None if atom in ".^$" else atom
    escaped = atom[1:]
    plain = len(escaped) == 1 and not escaped.isalnum()
    return escaped if atom[0] == "\\" and plain else None
