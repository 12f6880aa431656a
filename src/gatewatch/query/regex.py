"""Regular expressions of users: only what RE2 runs in linear time, checked before it is run.

The pattern is never matched in Python. `checked` reads its grammar, refuses what RE2 has not
(look-around, back-references, possessive repeats) in our words, and bounds length, depth and
size; RE2 itself then compiles it (github.com/google/re2/wiki/Syntax).
"""

import re
import warnings
from collections.abc import Iterable
from typing import Any

from gatewatch.model.errors import BadQuery

__all__ = ["MAX_PATTERN", "checked", "escaped"]

MAX_PATTERN = 1000
# RE2 repeats at most a thousand times, nested repeats multiplied; and so large a pattern would
# need more memory than it allows.
_MOST_REPEATS = 1000
_MOST_WORK = 20_000
_DEEPEST = 60
_RE2_ONLY = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}|\\p[LN]|\\p\{[A-Z][a-z]?\}|\[\[:[a-z]+:\]\]")
_NOT_RE2 = re.compile(r"(?:^|[^\\])(?:\\\\)*\\(?:[ZuUN]|x(?![0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\}))")
_FLAGS = re.compile(r"\(\?([a-zA-Z]+)[):]|\(\?[a-zA-Z]*-")
_WORDS = (
    ("(?<=", "look-behind is not supported"),
    ("(?<!", "look-behind is not supported"),
    ("(?=", "look-ahead is not supported"),
    ("(?!", "look-ahead is not supported"),
    ("(?P=", "a back-reference is not supported"),
    ("(?(", "a condition is not supported"),
    ("(?#", "a comment is not supported"),
    ("(?>", "an atomic group is not supported"),
)
_SAID = {
    "missing ), unterminated subpattern": "bracket never closed",
    "unbalanced parenthesis": "nothing opened this bracket",
    "unterminated character set": "[ never closed",
    "nothing to repeat": "nothing to repeat",
    "multiple repeat": "nothing to repeat",
    "bad escape (end of pattern)": "a backslash at the end",
}
_MEND = "see github.com/google/re2/wiki/Syntax"


def checked(pattern: str, column: int) -> str:
    """`pattern` when RE2 can run it; BadQuery, at `column`, when it cannot."""
    if len(pattern) > MAX_PATTERN:
        what = f"a pattern has at most {MAX_PATTERN:,} characters"
        raise BadQuery(column=column, what=what, mend="shorten it")
    if not pattern:
        raise BadQuery(column=column, what="an empty pattern matches everything", mend="add one")
    if not pattern.isprintable():
        what = "a pattern has visible characters only"
        raise BadQuery(column=column, what=what, mend=r"write \x1b or \x{202e} for others")
    _refuse_other_engines(pattern, column)
    _check_grammar(pattern, column)
    return pattern


def _refuse_other_engines(pattern: str, column: int) -> None:
    """What Perl or Python have, and RE2 has not."""
    for sign, what in _WORDS:
        if sign in pattern:
            raise _unsupported(what, column)
    if _NOT_RE2.search(pattern):
        raise BadQuery(column=column, what="pattern error: unknown escape", mend=_MEND)
    if any(set(match[1] or "-") - set("ims") for match in _FLAGS.finditer(pattern)):
        raise _unsupported("this flag is not supported", column)
    for match in re.finditer(r"\\x\{([0-9A-Fa-f]+)\}", pattern):
        if int(match[1], 16) > 0x10FFFF or 0xD800 <= int(match[1], 16) <= 0xDFFF:
            raise BadQuery(column=column, what="pattern error: no such character", mend=_MEND)


def _check_grammar(pattern: str, column: int) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Python's parser has no public name; it reads the grammar that both engines share.
            read = re._parser.parse  # type: ignore[attr-defined]  # noqa: SLF001
            work = _work(read(_RE2_ONLY.sub("x", pattern)), column, 0, 1)
    except re.error as error:
        if error.msg.startswith("invalid group reference"):
            raise _unsupported("a back-reference is not supported", column) from None
        what = next((said for known, said in _SAID.items() if known in error.msg), error.msg)
        raise BadQuery(column=column, what=f"pattern error: {what}", mend=_MEND) from None
    except (OverflowError, RecursionError):
        raise BadQuery(column=column, what="this pattern is too deep", mend="simplify it") from None
    if work > _MOST_WORK:
        raise BadQuery(column=column, what="this pattern is too large", mend="repeat less")


def escaped(text: str) -> str:
    """A pattern that matches `text` itself."""
    return "".join(map(_escaped_char, text))


def _escaped_char(char: str) -> str:
    if char.isalnum() or char in " _":
        return char
    if not char.isprintable():
        return f"\\x{{{ord(char):x}}}"
    return f"\\{char}" if char.isascii() else char


def _unsupported(what: str, column: int) -> BadQuery:
    return BadQuery(
        column=column, what=f"{what} (patterns are RE2)", mend="write it without, or two conditions"
    )


def _work(tree: Iterable[Any], column: int, depth: int, repeats: int) -> int:
    """How many states the pattern has, roughly; BadQuery for what RE2 has not."""
    if depth > _DEEPEST:
        raise RecursionError
    total = 0
    for kind, value in tree:
        name = str(kind)
        if name in ("POSSESSIVE_REPEAT", "ATOMIC_GROUP"):
            raise _unsupported("a possessive repeat is not supported", column)
        if name in ("GROUPREF", "GROUPREF_EXISTS"):
            raise _unsupported("a back-reference is not supported", column)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            most = max(int(low), int(high) if str(high) != "MAXREPEAT" else 1, 1)
            if repeats * most > _MOST_REPEATS:
                what = f"a pattern repeats at most {_MOST_REPEATS:,} times"
                raise BadQuery(column=column, what=what, mend="repeat less")
            total += most * _work(inner, column, depth + 1, repeats * most)
        elif name == "SUBPATTERN":
            total += _work(value[3], column, depth + 1, repeats)
        elif name == "BRANCH":
            total += sum(_work(one, column, depth + 1, repeats) for one in value[1])
        else:
            total += 1
    return total
