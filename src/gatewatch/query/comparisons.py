"""How words, numbers, versions and times compare, as SQL. Addresses: see `networks`."""

from collections.abc import Callable
from typing import Any

from gatewatch.query.nodes import Pattern, Period, Range, Wild
from gatewatch.query.sql import Sql, joined

__all__ = [
    "Compile",
    "at_or_below_version",
    "compared",
    "contains",
    "different",
    "equal",
    "like",
    "matches",
    "present",
    "ranged",
    "same_word",
    "time_compared",
    "truth",
    "version_compared",
    "within_period",
]

Compile = Callable[[str, Any], Sql]
"""(column, value) to a truth value; NULL counts as false."""


def contains(column: str, value: str) -> Sql:
    """The text stands somewhere in it, in any case."""
    return Sql(f"contains(lower({column}), lower(?))", (value,))


def same_word(column: str, value: str) -> Sql:
    """The whole value, in any case."""
    return Sql(f"lower({column}) = lower(?)", (value,))


def at_or_below_version(column: str, value: str) -> Sql:
    """2.7 is 2.7 and 2.7.17, not 2.71."""
    text = f"(lower({column}) = lower(?) OR starts_with(lower({column}), lower(?) || '.'))"
    return Sql(text, (value, value))


def equal(column: str, value: object) -> Sql:
    """The whole value, letter by letter."""
    return Sql(f"{column} = ?", (value,))


def truth(column: str, value: bool) -> Sql:
    """What nobody knows is not true."""
    return Sql(column if value else f"NOT coalesce({column}, false)")


def matches(column: str, value: str) -> Sql:
    """The pattern (RE2) matches somewhere."""
    return Sql(f"regexp_matches({column}, ?)", (value,))


def _version_key(text: str) -> str:
    """SQL that orders versions: numbers as numbers, words before numbers, short before long.

    One text and no list: DuckDB joins two comparisons of one key into a BETWEEN, which it then
    refuses for lists. The mark between the parts sorts before everything that parts are made of.
    """
    number = "ltrim(part, '0')"
    key = f"if(part ~ '^[0-9]', '1' || lpad(length({number})::VARCHAR, 4, '0') || {number}, part)"
    parts = f"regexp_extract_all(regexp_replace(lower({text}), '^v', ''), '[0-9]+|[a-z]+')"
    return f"array_to_string(list_transform({parts}, lambda part: {key}), chr(1))"


def version_compared(sign: str) -> Compile:
    """Versions in their order; `sign` is < <= > or >=."""
    return lambda column, value: Sql(
        f"{_version_key(column)} {sign} {_version_key('?::VARCHAR')}", (value,)
    )


def like(column: str, value: Pattern) -> Sql:
    """The whole value matches, in any case."""
    like = "".join(map(_like_piece, value.pieces))
    return Sql(f"lower({column}) LIKE lower(?) ESCAPE '\\'", (like,))


def _like_piece(piece: str | Wild) -> str:
    if isinstance(piece, Wild):
        return "%" if piece is Wild.MANY else "_"
    return piece.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def present(column: str, value: object) -> Sql:
    """There is a value."""
    del value
    return Sql(f"{column} IS NOT NULL")


def within_period(column: str, value: Period) -> Sql:
    """From its first to its last moment."""
    text = f"{column} BETWEEN make_timestamp(?) AND make_timestamp(?)"
    return Sql(text, (value.first, value.last))


def different(same: Compile) -> Compile:
    """Present, and not the same."""

    def compile_different(column: str, value: object) -> Sql:
        inner = same(column, value)
        text = f"({column} IS NOT NULL AND NOT coalesce({inner.text}, false))"
        return Sql(text, inner.values)

    return compile_different


def compared(sign: str) -> Compile:
    """Numbers in their order."""
    return lambda column, value: Sql(f"{column} {sign} ?", (value,))


def time_compared(sign: str, edge: str) -> Compile:
    """A period has two ends: after a day is after its last moment, from a day is from its first."""
    return lambda column, value: Sql(f"{column} {sign} make_timestamp(?)", (getattr(value, edge),))


def ranged(at_least: Compile, at_most: Compile) -> Compile:
    """Between the ends that a range has."""

    def compile_range(column: str, value: Range) -> Sql:
        ends = ((at_least, value.low), (at_most, value.high))
        return joined(" AND ", (compare(column, end) for compare, end in ends if end is not None))

    return compile_range
