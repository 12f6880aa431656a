"""`gatewatch report`: the most frequent values of a field, each with the query behind it."""

import argparse
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, for_people, write_table, write_tables
from gatewatch.cli.parser import as_typed
from gatewatch.cli.question import (
    add_query_argument,
    asked,
    counted,
    field_of,
    looked_at,
    say_why_nothing,
)
from gatewatch.model.errors import BadArguments, Exit

if TYPE_CHECKING:
    from gatewatch.model.table import Table, Value
    from gatewatch.report.groupings import Grouping
    from gatewatch.report.top import Report

HELP = "Count the most frequent values of a field among the services that a query finds."
EXAMPLES = (
    "gatewatch report --by server",
    "gatewatch report country:IT --by model -n 50",
    "gatewatch report 'server:\"gSOAP/2.7\"' --by country --format csv",
    "gatewatch report --preset censys-2019 -o report.md",
)

_MOST = 100_000
# What these fields say depends on the network tables that were in use.
_LOCATED = frozenset({"country", "asn", "as.name"})


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, what to count by, how many values."""
    add_query_argument(parser)
    parser.add_argument("--by", metavar="FIELD", help='what is counted: "gatewatch fields"')
    parser.add_argument(
        "--preset", metavar="NAME", help="several reports at once (default: censys-2019)"
    )
    parser.add_argument(
        "-n",
        dest="count",
        metavar="N",
        type=_count,
        default=25,
        help="so many values, the rest is summed up (default: 25)",
    )
    parser.add_argument(
        "--queries", action="store_true", help="show each row's query even where room is short"
    )
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes one table a report, or one stream of rows in formats for programs."""
    from gatewatch.report.top import top

    wanted = _groupings(args)
    with asked(args) as question:
        reports = [top(question.con, question.scope, one, args.count) for one in wanted]
        if not reports[0].total:
            say_why_nothing(question, args)
            return Exit.NOTHING
    if for_people(args):
        return write_tables([_for_people(report, args) for report in reports], args)
    return write_table(_for_programs(reports), args)


def _groupings(args: argparse.Namespace) -> "Sequence[Grouping]":
    from gatewatch.report.groupings import by_field
    from gatewatch.report.presets import PRESETS

    if args.by and args.preset:
        raise BadArguments(
            where="report",
            what="--by and --preset exclude each other",
            mend="take one of them away",
        )
    if args.by:
        return [by_field(field_of(args.by, "report --by"))]
    name = args.preset or next(iter(PRESETS))
    if name not in PRESETS:
        raise BadArguments(
            where="report --preset",
            what=f'there is no preset "{name}"',
            mend=f"there are {', '.join(PRESETS)}",
        )
    return PRESETS[name]


def _for_people(report: "Report", args: argparse.Namespace) -> "Table":
    from gatewatch.model.table import BUCKET, QUERY, Bars, Look, RowKind, Table

    name, every = report.grouping.name, "*"
    rows: list[tuple[Value, ...]] = [
        (rank, one.value, one.count, one.share, RowKind.VALUE, one.query)
        for rank, one in enumerate(report.buckets, 1)
    ]
    if report.other:
        share = report.other / report.total
        label = f"other ({counted(report.other_values, 'value')})"
        rows.append((None, label, report.other, share, RowKind.OTHER, None))
    if report.missing:
        one = report.missing
        rows.append((None, f"no {name}", one.count, one.share, RowKind.MISSING, one.query))
    of = "" if report.query == every else f": {report.query}"
    return Table(
        columns=("rank", name, "services", "share", BUCKET, QUERY),
        rows=rows,
        title=f"Services by {name}{of}",
        aside=looked_at(report.snapshots, time.time()),
        notes=list(_notes(report, args)),
        chart=Bars(name, "services"),
        looks={
            "rank": Look.NUMBER,
            "services": Look.COUNT,
            "share": Look.SHARE,
            QUERY: Look.WHOLE if args.queries else Look.SPARE,
        },
    )


def _notes(report: "Report", args: argparse.Namespace) -> Iterator[str]:
    hosts = f" on {counted(report.hosts, 'host')}" if report.hosts else ""
    each = f"{counted(report.overlap, 'time')} one is in another row too" if report.overlap else ""
    yield f"Unit {report.unit}, total {report.total:,}{hosts}; {each or 'each is in one row'}."
    for one in report.snapshots:
        if one.rejected:
            yield f"{counted(one.rejected, 'record')} of {one.id} could not be read."
        elif one.partial:
            yield f"{one.id} is incomplete: its input was cut, or the scan was stopped."
    if _LOCATED & {entry.name for entry in report.grouping.fields}:
        tables = dict.fromkeys(name for one in report.snapshots for name in one.networks)
        yield f"Located by {', '.join(tables) or 'the source alone, no table is imported'}."
    behind = (*report.buckets, report.missing)[0]
    if behind is not None:
        yield f"Behind the first row: {as_typed(args, 'search', behind.query)}"


def _for_programs(reports: "Sequence[Report]") -> "Table":
    from gatewatch.model.table import BUCKET, QUERY, Table

    columns = ("field", BUCKET, "rank", "value", "services", "share", QUERY)
    return Table(columns, [row for report in reports for row in _rows(report)])


def _rows(report: "Report") -> "Iterator[tuple[Value, ...]]":
    from gatewatch.model.table import RowKind

    name = report.grouping.name
    for rank, one in enumerate(report.buckets, 1):
        yield name, RowKind.VALUE, rank, one.value, one.count, one.share, one.query
    if report.other:
        yield name, RowKind.OTHER, None, None, report.other, report.other / report.total, None
    if report.missing:
        one = report.missing
        yield name, RowKind.MISSING, None, None, one.count, one.share, one.query


def _count(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not 0 < int(word[:9]) <= _MOST:
        message = f"{word!r} is not a number from 1 to {_MOST:,}"
        raise argparse.ArgumentTypeError(message)
    return int(word)
