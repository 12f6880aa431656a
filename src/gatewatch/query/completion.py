"""What may be written at a place in a query: names of fields, or values of one.

Looks at the text up to the place alone, the way the lexer would: within quotes a blank ends
nothing. Which values there are is not known here.
"""

import re
from typing import NamedTuple

from gatewatch.model.fields import FIELDS, Field, field_named
from gatewatch.query.nodes import Condition
from gatewatch.query.printing import printed

__all__ = ["Wanted", "fields_like", "value_text", "wanted_at"]

_LONGEST = 4000
_VALUE = re.compile(
    r'(?:^|[\s(,!-])([A-Za-z_][\w.]*)(!=|>=|<=|=|:|>|<)("(?:[^"\\]|\\.)*|[^\s()"]*)$'
)
_NAME = re.compile(r"(?:^|[\s(!-])([A-Za-z_][\w.]*)?$")


class Wanted(NamedTuple):
    """What is being written."""

    start: int
    """Where it begins: a name or the term of a value is replaced from there."""
    begun: str
    """What is there already of the name or the value."""
    field: Field | None = None
    """Whose value it is; None: a name is being written."""
    before: str = ""
    """Name and operator of a value, as written."""


def wanted_at(text: str, at: int) -> Wanted | None:
    """What is being written at `at` characters into `text`; None where nothing can be offered."""
    head = text[: max(0, min(at, _LONGEST))]
    if found := _VALUE.search(head):
        entry = field_named(found[1])
        if entry is None or _is_quoted(head[: found.start(1)]):
            return None
        return Wanted(found.start(1), found[3].lstrip('"'), entry, found[1] + found[2])
    if _is_quoted(head):
        return None
    found = _NAME.search(head)
    if found is None:
        return None
    begun = found[1] or ""
    return Wanted(len(head) - len(begun), begun)


def fields_like(begun: str) -> list[Field]:
    """Fields whose name, or a part or alias of it, begins so; the nearest first."""
    word = begun.lower()
    ranks = (
        [one for one in FIELDS.values() if one.name.startswith(word)],
        [one for one in FIELDS.values() if f".{word}" in one.name],
        [one for one in FIELDS.values() if any(a.lower().startswith(word) for a in one.aliases)],
    )
    return list({one.name: one for rank in ranks for one in rank}.values())


def value_text(entry: Field, value: str | int) -> str:
    """`value` as it is written in a query, quoted where it must be."""
    return printed(Condition(entry, "=", value)).partition("=")[2]


def _is_quoted(text: str) -> bool:
    """Whether the end of `text` is within quotes."""
    return len(re.findall(r'(?<!\\)"', text)) % 2 == 1
