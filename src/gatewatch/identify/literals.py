"""Texts that a pattern cannot match without: looking for them is ten times faster than matching.

Read from the pattern, case-sensitive: texts in a group that sets flags of its own do not count,
nor does what may be left out or stands in one of several alternatives.
"""

from collections.abc import Iterator
from itertools import pairwise

from gatewatch.identify.tokens import Token, letter_of, tokens_of

__all__ = ["beginning_of", "choices_in", "has_alternatives", "runs_in"]

_END = Token("end", "", 0, 0)


def has_alternatives(source: str) -> bool:
    """Whether the pattern is one of several at the top."""
    depth = 0
    for token in tokens_of(source):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "bar" and depth == 0:
            return True
    return False


def beginning_of(source: str) -> str:
    """The text that the pattern itself begins with, before any group, class or repeat."""
    text = ""
    for token, following in pairwise((*tokens_of(source), _END)):
        letter = letter_of(token.text) if token.kind == "atom" else None
        if letter is None or following.kind == "repeat":
            break
        text += letter
    return text


def runs_in(source: str) -> list[str]:
    """The texts that every match of `source`, which has no alternatives, holds in this order.

    The first one begins where the match does.
    """
    return _runs(pairwise((*tokens_of(source), _END)))[0]


def _runs(tokens: Iterator[tuple[Token, Token]]) -> tuple[list[str], bool]:
    """The texts up to the end of a group, and whether the whole has to be there once."""
    runs, once = [""], True
    for token, following in tokens:
        if token.kind == "close":
            return runs, once and following.kind != "repeat"
        if token.kind == "open":
            inner, needed = _runs(tokens)
            if needed and _is_plain(token):
                runs[-1] += inner[0]
                runs += inner[1:]
            else:
                runs.append("")
        elif token.kind == "repeat":
            runs[-1] = runs[-1][:-1]  # it may be there no time at all
            runs.append("")
        elif token.kind == "atom" and (letter := letter_of(token.text)) is not None:
            runs[-1] += letter
        else:
            once = once and token.kind != "bar"
            runs.append("")
    return runs, once


def choices_in(source: str) -> tuple[str, ...]:
    """The alternatives of the first group, each with the text behind it; of plain texts only."""
    options: list[str] = []
    state, depth = "before", 0
    for token in tokens_of(source):
        depth += (token.kind == "open") - (token.kind == "close")
        letter = letter_of(token.text) if token.kind == "atom" else None
        if state == "behind":
            if token.kind == "repeat":
                return ()
            if letter is None:
                break
            options = [option + letter for option in options]
        elif token.kind == "open" and depth == 1 and _is_plain(token):
            state, options = "inside", [""]
        elif state == "inside" and token.kind == "close":
            state = "behind"
        elif state == "inside" and token.kind == "bar":
            options.append("")
        elif state == "inside" and letter is not None:
            options[-1] += letter
        elif token.kind in ("open", "refused") or state == "inside":
            return ()
    return tuple(options) if state == "behind" else ()


def _is_plain(opened: Token) -> bool:
    """Whether a group only groups or captures: it sets no flags and looks nowhere."""
    return opened.text in ("(", "(?:") or opened.text.startswith("(?P<")
