"""Two answers beside each other, and one answer with what mattered in it marked.

Lines are paired by what they are called (`Server`), so a header that changed its value stands
beside itself. Answers are a stranger's: lines, their length and the work are bounded; where the
work would grow beyond that, a whole line counts as changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

__all__ = ["LONGEST_LINE", "MOST_LINES", "Pair", "Piece", "lines_of", "marked", "side_by_side"]

MOST_LINES = 120
"""Of an answer that are read."""
LONGEST_LINE = 1000
"""Bytes of a line that are read."""

_WORD = re.compile(rb"[0-9A-Za-z]+|[^0-9A-Za-z]")
# Word pairs that may be compared for one pair of answers; a hostile one could ask for millions.
_MOST_WORK = 400_000
_NAME = re.compile(rb"[!-9;-~]{1,64}(?=:)")


class Piece(NamedTuple):
    """A part of a line."""

    text: bytes
    marked: bool
    """Whether it changed, or is what a rule matched."""


Line = tuple[Piece, ...]


class Pair(NamedTuple):
    """A line before and after; None: there is none."""

    before: Line | None
    after: Line | None

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return self.before == self.after


def lines_of(answer: bytes) -> list[bytes]:
    """The first lines of an answer, each cut, without the line ends and blank lines at the end."""
    lines = [line.removesuffix(b"\r")[:LONGEST_LINE] for line in answer.split(b"\n", MOST_LINES)][
        :MOST_LINES
    ]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def side_by_side(before: bytes, after: bytes) -> Iterator[Pair]:
    """The lines of two answers, those that belong together in one pair, changed words marked."""
    old, new = lines_of(before), lines_of(after)
    work = _MOST_WORK
    for a, b in _paired(old, new):
        if a is None or b is None or a == b:
            yield Pair(_whole(a, changed=b is None), _whole(b, changed=a is None))
            continue
        words = (_WORD.findall(a), _WORD.findall(b))
        work -= len(words[0]) * len(words[1])
        if work < 0:
            yield Pair((Piece(a, marked=True),), (Piece(b, marked=True),))
        else:
            yield _words_marked(*words)


def marked(line: bytes, evidence: Iterable[str]) -> Line:
    """`line` with every place marked that is one of the texts `evidence`, the longest first."""
    wanted = {
        text.encode(code, "ignore") for text in evidence for code in ("utf-8", "latin-1")
    } - {b""}  # fmt: skip
    if not wanted:
        return (Piece(line, marked=False),)
    longest_first = sorted(wanted, key=lambda one: (-len(one), one))
    parts = re.split(b"(" + b"|".join(map(re.escape, longest_first)) + b")", line)
    return tuple(Piece(part, at % 2 == 1) for at, part in enumerate(parts) if part)


def _paired(
    old: Sequence[bytes], new: Sequence[bytes]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    names = [[_name(line) for line in side] for side in (old, new)]
    matcher = SequenceMatcher(None, names[0], names[1], autojunk=False)
    for _, a1, a2, b1, b2 in matcher.get_opcodes():
        yield from zip_longest(old[a1:a2], new[b1:b2])


def _name(line: bytes) -> bytes:
    """What the line is called, in lower case; one without a name goes by its text."""
    found = _NAME.match(line)
    return found[0].lower() if found else line


def _whole(line: bytes | None, *, changed: bool) -> Line | None:
    return None if line is None else (Piece(line, changed),)


def _words_marked(old: Sequence[bytes], new: Sequence[bytes]) -> Pair:
    left, right = [], []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        left.append(Piece(b"".join(old[a1:a2]), kind != "equal"))
        right.append(Piece(b"".join(new[b1:b2]), kind != "equal"))
    return Pair(tuple(filter(_text, left)), tuple(filter(_text, right)))


def _text(piece: Piece) -> bytes:
    return piece.text
