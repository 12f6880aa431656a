"""A query on the command line: what search, count and report share.

The words of the query are joined by blanks, so simple ones need no quotes in a shell. Which
snapshots were looked at, how old they are and why nothing was found is said on stderr.
"""

import argparse
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import CATALOGUE, add_lake_option, lake_of, setting
from gatewatch.model.errors import BadArguments
from gatewatch.report.wording import age_of, counted, looked_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

    from gatewatch.model.fields import Field
    from gatewatch.model.snapshot import SnapshotInfo
    from gatewatch.query.scope import Scope
    from gatewatch.store.lake import Lake

    Widened = Callable[[Scope, Sequence[SnapshotInfo]], Scope]

__all__ = [
    "Question",
    "add_query_argument",
    "age_of",
    "asked",
    "counted",
    "field_of",
    "looked_at",
    "say_why_nothing",
]


@dataclass(frozen=True, slots=True)
class Question:
    """An understood query with the lake's files open for it."""

    scope: "Scope"
    con: "duckdb.DuckDBPyConnection"
    lake: "Lake"


def add_query_argument(parser: argparse.ArgumentParser) -> None:
    """Adds QUERY and `--lake DIR`."""
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs="*",
        help="conditions such as country:IT 'server:\"gSOAP/2.7\"' not port:7547; "
        "without one: everything (docs/reference/query.md)",
    )
    add_lake_option(parser)


@contextmanager
def asked(args: argparse.Namespace, widened: "Widened | None" = None) -> "Iterator[Question]":
    """The question of `args`, to be answered within the with-block.

    `widened` may have it look at more of the lake's snapshots than its query chose. Raises
    BadQuery, LakeMissing, LakeTooNew and LakeCorrupt.
    """
    from gatewatch.pipeline.understand import open_lake
    from gatewatch.query.parser import parse
    from gatewatch.query.scope import scope

    query = parse(" ".join(args.query))
    for note in query.notes:
        say(note, args)
    lake = open_lake(lake_of(args), setting(CATALOGUE, args))
    found = scope(query.node, lake.snapshots)
    if widened is not None:
        found = widened(found, lake.snapshots)
    with lake.reading(found.ids) as con:
        yield Question(found, con, lake)


def field_of(name: str, where: str) -> "Field":
    """The field that an argument names; `where` is said when there is none (BadArguments)."""
    from gatewatch.model.fields import field_named, similar_names

    entry = field_named(name)
    if entry is None:
        near = " or ".join(similar_names(name))
        meant = f"did you mean {near}? " if near else ""
        raise BadArguments(
            where=where,
            what=f'there is no field "{name}"',
            mend=f'{meant}"gatewatch fields" lists all',
        )
    return entry


def say_why_nothing(question: Question, args: argparse.Namespace) -> None:
    """What each clause of a query finds by itself, and what there is at all."""
    from gatewatch.query.nodes import EVERYTHING
    from gatewatch.query.search import count_services, counted_alone

    scope, con = question.scope, question.con
    alone = counted_alone(con, scope.node)
    if len(alone) > 1:
        for clause, services in alone:
            say(f"{clause} alone: {counted(services, 'service')}", args)
    there = count_services(con, EVERYTHING)
    names = f"snapshot {scope.ids[0]} holds" if len(scope.ids) == 1 else "the snapshots hold"
    say(f"nothing found; {names} {counted(there, 'service')}", args)
