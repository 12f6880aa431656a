"""Reads the value of a condition as it stands in the text: words, lists, ranges, patterns."""

import re
from typing import NoReturn

from gatewatch.query.dialects import Dialect
from gatewatch.query.lexer import Scanner
from gatewatch.query.nodes import Wild
from gatewatch.query.raw import Listed, Pieces, Raw, Regex, Span, Word

__all__ = ["MAX_LIST", "QUOTES", "ValueReader"]

MAX_LIST = 1000

QUOTES = ('"', "'", "`")
_PATTERNS = frozenset({"=~", "!~"})


class ValueReader:
    """Reads values at the position of a scanner, and moves it on."""

    def __init__(self, scan: Scanner, dialect: Dialect) -> None:
        self._scan = scan
        self._dialect = dialect

    def value(self, symbol: str) -> Raw:
        """The value after the operator `symbol`; raises BadQuery."""
        scan = self._scan
        start = scan.position
        if symbol in _PATTERNS:
            return self._pattern()
        if scan.peek() == "/" and (pattern := scan.regex()):
            return Regex(pattern, start + 1)
        if scan.peek() == "[" and not scan.text.startswith(("[.]", "[:]"), start):
            return self._span("]", start)
        if scan.peek() == "{":
            return self._braces(start)
        if scan.peek() == "(":
            return self._alternatives(start)
        words = self._words(self._word())
        while scan.take(","):
            words += self._words(self._word())
            self._cap(words, start)
        return words[0] if len(words) == 1 else Listed(tuple(words), start)

    def _pattern(self) -> Regex:
        scan = self._scan
        start = scan.position
        if scan.peek() in QUOTES:
            return Regex(scan.quoted(pattern=True), start + 1)
        if pattern := scan.regex():
            return Regex(pattern, start + 1)
        pattern = scan.pattern_chunk()
        if not pattern:
            self.fail_unquoted()
        return Regex(pattern, start)

    def _word(self) -> Word:
        scan = self._scan
        start = scan.position
        if scan.peek() in QUOTES:
            text = scan.quoted()
            scan.refuse_ranking_after_quotes()
            return Word((text,), start, quoted=True)
        pieces = self.pieces()
        if not pieces:
            self.fail_unquoted()
        return Word(pieces, start)

    def _words(self, word: Word) -> list[Word]:
        """A word as one value, or as several where the dialect splits within quotes."""
        if not (self._dialect.splits_quotes and word.quoted and "," in word.spelled):
            return [word]
        return [Word((part.strip(),), word.at, quoted=True) for part in word.spelled.split(",")]

    def pieces(self) -> Pieces:
        """A value without quotes, runs of `*` as one; may be empty."""
        pieces = self._scan.unquoted()
        return tuple(
            piece
            for piece, before in zip(pieces, (None, *pieces), strict=False)
            if piece is not Wild.MANY or before is not Wild.MANY
        )

    def _braces(self, start: int) -> Raw:
        """`{a, b}` is a list, `{a TO b}` a range without its ends: the word TO decides."""
        scan = self._scan
        scan.take("{")
        scan.skip_blanks()
        words = [self._word()]
        blank = scan.skip_blanks()
        if blank and scan.take("TO"):
            scan.position = start + 1
            return self._span("}", start)
        while scan.take(","):
            scan.skip_blanks()
            words.append(self._word())
            self._cap(words, start)
            scan.skip_blanks()
        if not scan.take("}"):
            if blank and len(words) == 1 and scan.peek():
                self._fail_range(start, words[0], "}")
            if not scan.peek():
                scan.fail(start, "this brace is never closed", "add } at the end")
            self.fail_unquoted()
        return words[0] if len(words) == 1 else Listed(tuple(words), start)

    def _alternatives(self, start: int) -> Raw:
        """`software:(gSOAP or RomPager)`."""
        scan = self._scan
        scan.take("(")
        scan.skip_blanks()
        words = [self._word()]
        while scan.skip_blanks() or not scan.take(")"):
            if not scan.peek():
                scan.fail(start, "this bracket is never closed", "add ) at the end")
            if scan.peek() == ")":
                continue
            word, spelled = scan.keyword_ahead()
            if word != "or":
                scan.fail(scan.position, "values in brackets stand with or between them",
                          "write field:(a or b)")  # fmt: skip
            scan.take(spelled)
            scan.skip_blanks()
            words.append(self._word())
            self._cap(words, start)
        return words[0] if len(words) == 1 else Listed(tuple(words), start)

    def _cap(self, words: list[Word], start: int) -> None:
        if len(words) > MAX_LIST:
            what = f"a list has at most {MAX_LIST:,} values"
            self._scan.fail(start, what, "write addresses into a file: ip:@FILE")

    def _span(self, closer: str, start: int) -> Span:
        scan = self._scan
        scan.position = start + 1
        low = self._span_end(start, closer)
        scan.skip_blanks()
        if not scan.take("TO") and not scan.take("to"):
            self._fail_range(start, low, closer)
        high = self._span_end(start, closer)
        scan.skip_blanks()
        if not scan.take(closer):
            self._fail_range(start, None, closer)
        return Span(low, high, start, inclusive=closer == "]")

    def _span_end(self, start: int, closer: str) -> Word:
        scan = self._scan
        if (not scan.skip_blanks() and scan.position != start + 1) or not scan.peek():
            self._fail_range(start, None, closer)
        at = scan.position
        if scan.peek() in QUOTES:
            return Word((scan.quoted(),), at, quoted=True)
        pieces = self.pieces()
        if not pieces:
            self._fail_range(start, None, closer)
        return Word(pieces, at)

    def _fail_range(self, start: int, low: Word | None, closer: str) -> NoReturn:
        """Says the range that was probably meant."""
        scan = self._scan
        high = scan.chunk_ahead().rstrip("]}")
        opener = scan.text[start]
        name = "status:"
        if low is not None and re.fullmatch(r"[0-9A-Za-z.:-]{1,40}", f"{low.spelled}{high}"):
            what = f"a range is {opener}{low.spelled} TO {high or '*'}{closer}"
        else:
            what = "a range is [a TO b]"
        scan.fail(start, what, f"write {name}[400 TO 499]")

    def fail_unquoted(self) -> NoReturn:
        """Says that what stands here has to be quoted."""
        scan = self._scan
        if not scan.peek():
            scan.fail(scan.position, "a value is missing here", "add one")
        what = f'"{scan.peek()}" cannot stand here without quotes'
        scan.fail(scan.position, what, "quote the whole value, or leave a blank after it")
