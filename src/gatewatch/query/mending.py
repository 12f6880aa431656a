"""A query that cannot be read, mended: what its writer may have meant, as queries that parse.

The error says in words how to mend; here the words are carried out at the place that the error
names, again where the next error lies behind the first. Where the words name no change, the term
that cannot be read is left out. Only queries that parse are offered; the work is bounded.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from gatewatch.model.errors import BadQuery
from gatewatch.query.parser import parse

__all__ = ["MOST_MENDS", "mends"]

MOST_MENDS = 3
"""So many are offered."""
_MOST_ERRORS = 4
"""So many errors of one query are mended one after the other."""

_NAME = re.compile(r"[0-9A-Za-z_.-]+")
_TERM = re.compile(r"""(?:"[^"]*"?|\[[^\]]*\]?|[^\s()"\[])+""")
_CODE = re.compile(r"(.+) \(([A-Z]{2})\)")

_Mend = Callable[[str, int, re.Match[str]], Iterator[str]]


def mends(error: BadQuery, overlay: Path | None = None) -> list[str]:
    """What `error.text` may have meant, the likeliest first."""
    return list(islice(dict.fromkeys(_mended(error, overlay, _MOST_ERRORS)), MOST_MENDS))


def _mended(error: BadQuery, overlay: Path | None, left: int) -> Iterator[str]:
    for text in _changed(error):
        if text == error.text or not text.strip():
            continue
        try:
            parse(text, overlay=overlay)
        except BadQuery as another:
            if left > 1:
                yield from islice(_mended(another, overlay, left - 1), 1)
        else:
            yield text.strip()


def _changed(error: BadQuery) -> Iterator[str]:
    text, at = error.text, min(error.column - 1, len(error.text))
    said = f"{error.values['what']}; {error.values['mend']}"
    for words, mend in _MENDS:
        if found := words.search(said):
            yield from mend(text, at, found)
            return
    yield _without_term(text, at)


def _meant(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    """Each word that may be meant, in place of the name or value at the error."""
    for word in found[1].split(" or "):
        code = _CODE.fullmatch(word)
        place = _NAME.match(text, at) if text[at : at + 1] != '"' else _TERM.match(text, at)
        if place:
            yield text[:at] + (code[2] if code else word) + text[place.end() :]


def _written(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    """What is to be written, in place of the term around the error."""
    for term in _TERM.finditer(text):
        if term.start() <= at < term.end():
            yield text[: term.start()] + found[1] + text[term.end() :]


def _range(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    yield text[:at] + found[1] + text[at:].partition("]")[2]


def _closed_quote(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    del found
    yield text + text[at : at + 1]


def _closed_bracket(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    del at, found
    yield f"{text})"


def _sign_removed(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    del found
    yield text[:at] + text[at + 1 :]


def _blank_removed(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    del found
    yield text[: at + 1] + text[at + 1 :].lstrip()


def _word_removed(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    """The word that the error quotes is left out."""
    if text[at:].startswith(found[1]):
        yield text[:at].rstrip() + " " + text[at + len(found[1]) :].lstrip()


def _signs_removed(text: str, at: int, found: re.Match[str]) -> Iterator[str]:
    """The same within a term."""
    if text[at:].startswith(found[1]):
        yield text[:at] + text[at + len(found[1]) :]


_MENDS: tuple[tuple[re.Pattern[str], _Mend], ...] = tuple(
    (re.compile(words), mend)
    for words, mend in (
        (r"did you mean ([^?]+)\?", _meant),
        (r"a range is (\[[^]]*\])", _range),
        (r'"[^"]+" replaces ":"; write (\S+)$', _written),
        (r"quote is never closed", _closed_quote),
        (r"this bracket is never closed; add \)", _closed_bracket),
        (r"nothing opened this bracket", _sign_removed),
        (r'"[-!]" must touch', _blank_removed),
        (r'"(\w+)" needs a term', _word_removed),
        (r'"([~^][^"]*)" has no effect', _signs_removed),
    )
)


def _without_term(text: str, at: int) -> str:
    """The query without the whole term around the error, field and all."""
    for term in _TERM.finditer(text):
        if term.start() <= at <= term.end():
            return f"{text[: term.start()].rstrip()} {text[term.end() :].lstrip()}".strip()
    return text[:at].rstrip()
