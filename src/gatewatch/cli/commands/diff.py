"""`gatewatch diff`: what came, went and changed between two snapshots."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.output import (
    add_format_option,
    for_people,
    language_of,
    write_table,
    write_tables,
)
from gatewatch.cli.progress import say
from gatewatch.cli.question import add_reading_options, opened_lake
from gatewatch.model.errors import BadArguments, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatewatch.model.snapshot import SnapshotInfo
    from gatewatch.query.nodes import Node
    from gatewatch.store.lake import Lake

HELP = "Show which services are new, gone or changed between two snapshots, and in which field."
EXAMPLES = (
    "gatewatch diff 2026-10-20 2026-11-20",
    "gatewatch diff 2026-10-20 latest country:IT --limit 0 --format csv -o changes.csv",
    "gatewatch diff 2026-10-20 latest --by software",
)

_LIMIT, _VALUES = 100, 25


def configure(parser: argparse.ArgumentParser) -> None:
    """Two snapshots, a query, how many rows."""
    parser.add_argument("before", metavar="A", help="the earlier snapshot, or catalogue")
    parser.add_argument("after", metavar="B", help="the later snapshot, or latest, or catalogue")
    parser.add_argument(
        "query", metavar="QUERY", nargs="*", help="only services that satisfy it in A or in B"
    )
    parser.add_argument(
        "--catalogue",
        dest="catalogues",
        action="store_true",
        help="A and B are catalogues: what both understand otherwise, and for how many services",
    )
    parser.add_argument(
        "--by", metavar="FIELD", help="what became of the services with each value of a field"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_limit,
        help=f"so many rows at most, 0: all (default: {_LIMIT} services, {_VALUES} values; "
        "all for programs)",
    )
    add_reading_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the summary and the services, or a row for each value with --by."""
    from gatewatch.query.parser import parse
    from gatewatch.report.differences import two_snapshots

    if args.catalogues:
        return _of_catalogues(args)
    query = parse(" ".join(args.query))
    for note in query.notes:
        say(note, args)
    lake = opened_lake(args)
    infos = two_snapshots(lake, (args.before, args.after), query.node)
    tables = _by_value if args.by else _services
    return tables(lake, infos, query.node, args)


def _of_catalogues(args: argparse.Namespace) -> int:
    from gatewatch.cli.catalogues import write_catalogue_diff

    if args.query or args.by or args.limit is not None:
        raise BadArguments(
            where="diff --catalogue",
            what="takes two catalogues and nothing else",
            mend="leave out the query, --by and --limit",
        )
    return write_catalogue_diff(args, args.before, args.after)


def _services(
    lake: "Lake", infos: "Sequence[SnapshotInfo]", node: "Node", args: argparse.Namespace
) -> int:
    from gatewatch.report.diff import changes
    from gatewatch.report.differences import differences
    from gatewatch.report.tables import diff as tables

    before, after = (info.id for info in infos)
    if not for_people(args):
        with lake.reading([before, after]) as con:
            return write_table(tables.rows_of(changes(con, before, after, node), _most(args)), args)
    limit = _LIMIT if args.limit is None else args.limit
    with differences(lake, infos, node, limit, language_of(args)) as found:
        write_tables(found.tables, args)
        return Exit.FOUND if found.total else Exit.NOTHING


def _by_value(
    lake: "Lake", infos: "Sequence[SnapshotInfo]", node: "Node", args: argparse.Namespace
) -> int:
    from gatewatch.model.fields import field_of
    from gatewatch.report.differences import flow_table
    from gatewatch.report.groupings import by_field

    grouping = by_field(field_of(args.by, "diff --by"))
    most = _VALUES if args.limit is None and for_people(args) else _most(args)
    return write_table(flow_table(lake, infos, node, grouping, most, language_of(args)), args)


def _most(args: argparse.Namespace) -> int:
    return args.limit or 0


def _limit(word: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 12:
        message = f"{word!r} is not a number of rows"
        raise argparse.ArgumentTypeError(message)
    return int(word)
