"""The text of a query as a sequence of readings, each with its place.

What a sign means depends on where it stands (`2001:db8::/32` is an address where a term is due,
`field:` begins a condition), so the parser asks for what it expects; a `Scanner` reads that at
its position and moves on, or raises BadQuery with the column of the offending sign. Reading is
linear in the length of the text.
"""

import re
from typing import NoReturn

from gatewatch.model.errors import BadQuery
from gatewatch.query.nodes import Wild

__all__ = ["MAX_LENGTH", "Scanner"]

MAX_LENGTH = 8 * 1024

_BLANKS = re.compile(r"\s*")
_KEYWORD = re.compile(r"(?:and|or|not)(?=[\s()]|$)|&&|\|\|", re.IGNORECASE)
_SIGNS = {"&&": "and", "||": "or"}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_CHUNK = re.compile(r"[^\s()\"'`]+")
_OPERATOR_SIGNS = re.compile(r"[=~<>!]+")
_RANKING = re.compile(r"(?:\^[0-9.]*|~[0-9.]*)$")
_AFTER_QUOTES = re.compile(r"[~^][0-9.]*")
_BETWEEN_SLASHES = re.compile(r"/((?:[^/\\\s]|\\\S)+)/(?=[\s),}]|$)")
_PATTERN_CHUNK = re.compile(r"[^\s()\"'`{},]+")
_DEFANGED = re.compile(r"\[[.:]\]")
_UNQUOTED = re.compile(r"(?:[^\s()\"'`\[\]{},\\*?&|]|&(?!&)|\|(?!\|))+")
_CLOSERS = {'"': '"', "'": "'", "`": "`"}
_ESCAPE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([^\sA-Za-z0-9]| )")
_WILD = {"*": Wild.MANY, "?": Wild.ONE}

Pieces = list[str | Wild]


class Scanner:
    """A position in a query; see the module."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        if len(text) > MAX_LENGTH:
            self.fail(MAX_LENGTH, f"a query has at most {MAX_LENGTH:,} characters", "shorten it")
        for place, char in enumerate(text):
            if "\ud800" <= char <= "\udfff":
                self.fail(place, "this is no text (not UTF-8)", r"write unseen bytes as \x80")

    def fail(self, position: int, what: str, mend: str) -> NoReturn:
        """Raises BadQuery about the sign at `position`."""
        raise BadQuery(column=position + 1, what=what, mend=mend)

    def skip_blanks(self) -> bool:
        """Moves over white space; whether there was any."""
        before = self.position
        self.position = self._match(_BLANKS).end()
        return self.position > before

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.position : self.position + 1]

    def at_end_of_term(self) -> bool:
        """Whether a term may end here: white space, `)`, `&&`, `||` or the end."""
        char = self.peek()
        ended = not char or char == ")" or char.isspace()
        return ended or self.text[self.position : self.position + 2] in _SIGNS

    def take(self, sign: str) -> bool:
        """Moves over `sign` when it stands here."""
        found = self.text.startswith(sign, self.position)
        self.position += len(sign) if found else 0
        return found

    def keyword_ahead(self) -> tuple[str, str]:
        """`and`, `or` or `not`, and how it is written here; else nothing; does not move."""
        match = _KEYWORD.match(self.text, self.position)
        word = match[0] if match else ""
        return _SIGNS.get(word, word.lower()), word

    def chunk_ahead(self) -> str:
        """Everything up to white space, brackets or quotes; does not move."""
        match = _CHUNK.match(self.text, self.position)
        return match[0] if match else ""

    def name(self) -> str:
        """A field's name or, when none stands here, nothing."""
        match = _NAME.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return match[0] if match else ""

    def symbol(self, symbols: tuple[str, ...]) -> str:
        """The longest of `symbols` that stands here, or nothing."""
        found = [one for one in symbols if self.text.startswith(one, self.position)]
        longest = max(found, key=len, default="")
        self.position += len(longest)
        return longest

    def signs_ahead(self) -> str:
        """A run of the signs that operators are made of; does not move."""
        match = _OPERATOR_SIGNS.match(self.text, self.position)
        return match[0] if match else ""

    def regex(self) -> str:
        """The pattern between the slashes that begin here; nothing when it is none."""
        match = _BETWEEN_SLASHES.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return match[1].replace("\\/", "/") if match else ""

    def pattern_chunk(self) -> str:
        """A pattern without quotes: up to a blank, a bracket or a comma."""
        match = _PATTERN_CHUNK.match(self.text, self.position)
        self.position = match.end() if match else self.position
        return match[0] if match else ""

    def quoted(self, *, pattern: bool = False) -> str:
        """The text between the quotes that begin here: `"` with escapes, `'` and `` ` `` as is.

        In a `pattern` only `\\"` and `\\\\` are escapes; every other backslash is RE2's.
        """
        start, quote = self.position, self.text[self.position]
        self.position += 1
        parts: list[str] = []
        while True:
            char = self.peek()
            if not char:
                self.fail(start, "this quote is never closed", f"add {quote} at the end")
            self.position += 1
            if char == quote:
                # 'it''s': a doubled quote is the quote itself.
                if quote != "'" or not self.take("'"):
                    return "".join(parts)
            elif char == "\\" and quote == '"':
                if not pattern:
                    char = self._escaped()
                elif self.peek() in ('"', "\\"):
                    char = self.peek()
                    self.position += 1
            parts.append(char)

    def unquoted(self) -> Pieces:
        """A value without quotes as runs of text and wildcards; may be empty."""
        start = self.position
        pieces: Pieces = []
        while True:
            char = self.peek()
            if char in _WILD:
                self.position += 1
                pieces.append(_WILD[char])
            elif char == "\\":
                self.position += 1
                _append(pieces, self._escaped())
            elif match := (_UNQUOTED.match(self.text, self.position) or self._defanged()):
                self.position = match.end()
                _append(pieces, match[0])
            else:
                break
        self._refuse_ranking(start)
        return pieces

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.text, self.position)
        assert match is not None, pattern
        return match

    def _defanged(self) -> re.Match[str] | None:
        return _DEFANGED.match(self.text, self.position)

    def _escaped(self) -> str:
        """The character that the escape after a backslash stands for."""
        match = _ESCAPE.match(self.text, self.position)
        code = int(next(filter(None, match.groups()[:3]), "0"), 16) if match else 0
        if match is None or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            self.fail(
                self.position - 1,
                "a backslash stands before a sign or before x41, u0041, U00000041",
                r"write \\ for the backslash itself",
            )
        self.position = match.end()
        return match[4] or chr(code)

    def refuse_ranking_after_quotes(self) -> None:
        """BadQuery when `^2` or `~` stands here."""
        if match := _AFTER_QUOTES.match(self.text, self.position):
            what = f'results are not ranked, "{match[0]}" has no effect'
            self.fail(match.start(), what, "remove it")

    def _refuse_ranking(self, start: int) -> None:
        match = _RANKING.search(self.text, start, self.position)
        if match and self.text[match.start() - 1] != "\\":
            what = f'results are not ranked, "{match[0]}" has no effect'
            self.fail(match.start(), what, "remove it")


def _append(pieces: Pieces, text: str) -> None:
    last = pieces[-1] if pieces else None
    if isinstance(last, str):
        pieces[-1] = last + text
    else:
        pieces.append(text)
