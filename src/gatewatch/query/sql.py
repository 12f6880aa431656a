"""Pieces of SQL, each with the values for its question marks, so that no value becomes SQL."""

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["ALL", "Sql", "joined"]


class Sql(NamedTuple):
    """A piece of SQL (DuckDB) and the values for its question marks."""

    text: str
    values: tuple[object, ...] = ()


ALL = Sql("true")
"""No condition."""


def joined(word: str, parts: Iterable[Sql]) -> Sql:
    """`parts`, of which there is at least one, in brackets with `word` between them."""
    texts, values = zip(*parts, strict=True)
    return Sql(f"({word.join(texts)})", tuple(one for some in values for one in some))
