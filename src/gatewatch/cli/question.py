"""A query on the command line: what search, count and report share.

The words of the query are joined by blanks, so simple ones need no quotes in a shell. Which
snapshots were looked at, how old they are and why nothing was found is said on stderr.
"""

import argparse
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import CATALOGUE, TIMEOUT, add_lake_option, add_option, lake_of, setting
from gatewatch.model.errors import BadScope
from gatewatch.report.wording import age_of, counted, looked_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatewatch.model.address import Network
    from gatewatch.query.asking import Question, Widened
    from gatewatch.query.dialects import Dialect
    from gatewatch.query.parser import Query
    from gatewatch.store.lake import Lake

__all__ = [
    "add_dialect_option",
    "add_query_argument",
    "add_reading_options",
    "addresses_in",
    "age_of",
    "asked",
    "counted",
    "dialect_named",
    "looked_at",
    "opened_lake",
    "say_why_nothing",
    "understood",
]


_OTHER_NAMES = {"cenql": "censys", "native": "gatewatch"}


def addresses_in(name: str) -> "list[Network]":
    """What `ip:@FILE` names: the addresses and networks of that file, one a line.

    Raises InputUnreadable, and BadScope for the lines that are no address.
    """
    from gatewatch.scan.address_file import faults, read_addresses

    found = read_addresses(Path(name))
    if found.problems:
        raise BadScope(**faults(found))
    return [entry.network for entry in found.entries]


def _dialect(word: str) -> str:
    from gatewatch.query.dialects import DIALECTS

    word = _OTHER_NAMES.get(word, word)
    if word in DIALECTS:
        return word
    message = f"no dialect {word!r}; there are {', '.join(DIALECTS)}"
    raise argparse.ArgumentTypeError(message)


def add_query_argument(parser: argparse.ArgumentParser) -> None:
    """Adds QUERY and `--lake DIR`."""
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs="*",
        help="conditions such as country:IT 'server:\"gSOAP/2.7\"' not port:7547; "
        "without one: everything (docs/reference/query.md)",
    )
    add_dialect_option(parser)
    add_reading_options(parser)


def add_dialect_option(parser: argparse.ArgumentParser, flag: str = "--dialect") -> None:
    """Adds `--dialect NAME`."""
    parser.add_argument(
        flag,
        dest="dialect",
        metavar="NAME",
        type=_dialect,
        default="gatewatch",
        help="read QUERY by the rules of censys-legacy, censys or shodan (default: ours)",
    )


def dialect_named(name: str) -> "Dialect":
    """The dialect that the option names."""
    from gatewatch.query.dialects import DIALECTS

    return DIALECTS[name]


def understood(args: argparse.Namespace) -> "Query":
    """The query of `args` as a tree, with what its writer should know; raises BadQuery."""
    from gatewatch.query.parser import parse

    return parse(
        " ".join(args.query),
        dialect_named(args.dialect),
        overlay=setting(CATALOGUE, args),
        files=addresses_in,
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--lake DIR` and `--timeout SECONDS`."""
    add_lake_option(parser)
    add_option(parser, TIMEOUT)


def opened_lake(args: argparse.Namespace) -> "Lake":
    """The lake of the settings, understood with today's catalogue and bounded in time.

    Raises LakeMissing, LakeTooNew and LakeCorrupt.
    """
    from gatewatch.pipeline.understand import open_lake

    return open_lake(lake_of(args), setting(CATALOGUE, args), setting(TIMEOUT, args) or None)


@contextmanager
def asked(
    args: argparse.Namespace, widened: "Widened | None" = None, *, silent: bool = False
) -> "Iterator[Question]":
    """The question of `args`, to be answered within the with-block.

    `widened` may have it look at more of the lake's snapshots than its query chose; unless
    `silent`, notes are said. Raises BadQuery, LakeMissing, LakeTooNew and LakeCorrupt.
    """
    from gatewatch.query.asking import asking

    query = understood(args)
    for note in () if silent else query.notes:
        say(note, args)
    with asking(opened_lake(args), query, widened) as question:
        yield question


def say_why_nothing(question: "Question", args: argparse.Namespace) -> None:
    """What the clauses of a query find by themselves, and what there is at all."""
    from gatewatch.query.explain import advice, why_nothing
    from gatewatch.query.nodes import EVERYTHING
    from gatewatch.query.search import count_services

    scope, con = question.scope, question.con
    for clause, services in why_nothing(con, scope.node):
        say(f"{clause} alone: {counted(services, 'service')}", args)
    for text in advice(scope.node):
        say(text, args)
    there = count_services(con, EVERYTHING)
    names = f"snapshot {scope.ids[0]} holds" if len(scope.ids) == 1 else "the snapshots hold"
    say(f"nothing found; {names} {counted(there, 'service')}", args)
