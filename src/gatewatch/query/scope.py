"""Which snapshots a query looks at.

Without a word about time it is the latest one. `snapshot:ID` chooses another, `snapshot:2026-11`
what was known at the end of that month, `snapshot:*` all of them; a condition on `scan_time`
without `snapshot:` looks through all. Such conditions choose what is read, so they stand beside
the others and never inside "or", "not" or brackets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.nodes import (
    Condition,
    Node,
    Pattern,
    Present,
    Wild,
    all_of,
    conditions,
    conjuncts,
)
from gatewatch.query.values import named_period

__all__ = ["Scope", "scope"]

# Whoever asks when something was seen means every snapshot, unless one is named.
_ABOUT_ALL = frozenset({"scan_time", "last_seen"})


@dataclass(frozen=True, slots=True)
class Scope:
    """The snapshots that a query looks at, and what it asks of their services."""

    infos: tuple[SnapshotInfo, ...]
    """At least one, oldest first."""
    node: Node
    """The query without the conditions that chose the snapshots."""
    query: Node
    """The query as it was."""

    @property
    def ids(self) -> list[str]:
        """Ids of the snapshots, oldest first."""
        return [info.id for info in self.infos]

    def pinned(self) -> Node:
        """The query with its snapshot named, so that another condition cannot change it."""
        if len(self.infos) > 1 or self.node != self.query:
            return self.query
        return all_of([self.query, Condition(FIELDS["snapshot"], "=", self.infos[0].id)])


def scope(node: Node, infos: Sequence[SnapshotInfo]) -> Scope:
    """The part of `infos` (oldest first, at least one) that `node` chooses; raises BadQuery."""
    choosing: list[Condition] = []
    others: list[Node] = []
    for clause in conjuncts(node):
        if isinstance(clause, Condition) and clause.field.home is Home.SNAPSHOT:
            choosing.append(clause)
        else:
            _refuse_inner(clause)
            others.append(clause)
    chosen = list(infos)
    for condition in choosing:
        picked = {info.id for info in _picked(condition, infos)}
        chosen = [info for info in chosen if info.id in picked]
        if not chosen:
            raise _unknown(condition, infos)
    if not choosing and not any(map(_is_about_time, others)):
        chosen = chosen[-1:]
    return Scope(tuple(chosen), all_of(others), node)


def _picked(condition: Condition, infos: Sequence[SnapshotInfo]) -> Sequence[SnapshotInfo]:
    value = condition.value
    if condition.symbol == "!=":
        raise BadQuery(
            column=condition.column,
            what="snapshot chooses what is read, != leaves that open",
            mend="write snapshot:ID, or snapshot:* for all",
        )
    if isinstance(value, Present):
        return infos
    if isinstance(value, Pattern):
        return [info for info in infos if _matches(value, info.id)]
    word = str(value)
    if word.lower() == "latest":
        return infos[-1:]
    named = [info for info in infos if info.id == word]
    if named or condition.symbol == "=":
        return named
    try:
        period = named_period(word)
    except (ValueError, OverflowError):
        period = None
    known = [info for info in infos if period and info.last_seen <= period.last]
    return known[-1:]


def _matches(pattern: Pattern, name: str) -> bool:
    """Whether the whole of `name` matches, in any case; work is bounded by their lengths' product.

    Only the last `*` is ever tried anew: what an earlier one took can stay as it is.
    """
    signs = [sign for piece in pattern.pieces for sign in _signs(piece)]
    name = name.lower()
    at, place, star, retry = 0, 0, -1, 0
    while place < len(name):
        if at < len(signs) and signs[at] in (Wild.ONE, name[place]):
            at, place = at + 1, place + 1
        elif at < len(signs) and signs[at] is Wild.MANY:
            star, retry, at = at, place, at + 1
        elif star >= 0:
            retry += 1
            at, place = star + 1, retry
        else:
            return False
    return all(sign is Wild.MANY for sign in signs[at:])


def _signs(piece: str | Wild) -> Sequence[str | Wild]:
    return [piece] if isinstance(piece, Wild) else piece.lower()


def _is_about_time(clause: Node) -> bool:
    return isinstance(clause, Condition) and clause.field.name in _ABOUT_ALL


def _refuse_inner(clause: Node) -> None:
    for condition in conditions(clause):
        if condition.field.home is Home.SNAPSHOT:
            raise BadQuery(
                column=condition.column,
                what='snapshot chooses what is read, so not inside "or", "not" or brackets',
                mend="write it beside the other conditions",
            )


def _unknown(condition: Condition, infos: Sequence[SnapshotInfo]) -> BadQuery:
    return BadQuery(
        column=condition.column,
        what="no snapshot is called or known so",
        mend=f'"gatewatch snapshot list" shows all; the last one is {infos[-1].id}',
    )
