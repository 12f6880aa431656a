"""Values as they stand in the text, before anybody knows the field's kind."""

from dataclasses import dataclass

from gatewatch.query.nodes import Wild

__all__ = ["Listed", "Pieces", "Raw", "Regex", "Span", "Word"]

Pieces = tuple[str | Wild, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One value: runs of text and wildcards; without wildcards when it was quoted."""

    pieces: Pieces
    at: int
    """Where it begins in the text, 0-based."""
    quoted: bool = False

    @property
    def text(self) -> str | None:
        """Its text; None when it has wildcards."""
        if not self.pieces:
            return ""
        return self.pieces[0] if len(self.pieces) == 1 and isinstance(self.pieces[0], str) else None

    @property
    def spelled(self) -> str:
        """Its text with the wildcards as signs."""
        return "".join(one if isinstance(one, str) else one.value for one in self.pieces)


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression: between slashes, or after `=~`."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Span:
    """`[low TO high]`, or `{low TO high}` without the ends themselves."""

    low: Word
    high: Word
    at: int
    inclusive: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """Any of several values."""

    words: tuple[Word, ...]
    at: int


Raw = Word | Regex | Span | Listed
