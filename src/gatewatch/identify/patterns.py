"""Patterns of fingerprints: regular expressions that cannot be made to hang.

Fingerprints are matched against what strangers send, with Python's backtracking engine. So a
pattern is refused unless a simple bound on its work holds: the product of the ways in which its
repeats and alternatives can be tried, times the places where it may begin, stays below
`WORK_LIMIT` for the longest value that is ever matched (some ten milliseconds). A repeat without
end of something that can itself match in several ways (`(a+)+`, exponential) is always refused,
and so are back-references and what this module does not read (conditions, comments).
"""

import re
from dataclasses import dataclass

__all__ = ["BODY_LENGTH", "LINE_LENGTH", "WORK_LIMIT", "Pattern", "compile_pattern", "length_of"]

WORK_LIMIT = 1 << 21
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
    """Ways to match: of finished alternatives, of the current one, of its last item."""

    finished: int = 0
    current: int = 1
    last: int = 1

    def ways(self) -> int:
        return self.finished + self.current * self.last

    def item(self, ways: int) -> None:
        self.current *= self.last
        self.last = ways


def length_of(feature: str) -> int:
    """How many characters of a value of `feature` are matched."""
    return BODY_LENGTH if feature in _LONG else LINE_LENGTH


def compile_pattern(source: str, feature: str) -> Pattern:
    """The pattern for values of `feature`; ValueError says what is wrong with it."""
    try:
        regex = re.compile(source)
    except re.error as error:
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
    alternatives = False
    for token in _TOKEN.finditer(source):
        group = stack[-1]
        match token.lastgroup:
            case "refused":
                message = f'pattern uses "{token[0]}", which is not allowed'
                raise ValueError(message)
            case "open":
                stack.append(_Group())
            case "close":
                stack.pop()
                stack[-1].item(group.ways())
            case "bar":
                alternatives = alternatives or len(stack) == 1
                group.finished, group.current, group.last = group.ways(), 1, 1
            case "repeat":
                group.last = _repeated(group.last, token["repeat"], length)
            case "atom":
                group.item(1)
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
    return sum(int(ways**count) for count in range(low, min(high, low + 20) + 1))


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
    return escaped if atom[0] == "\\" and not escaped.isalnum() else None
