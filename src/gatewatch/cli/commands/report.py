"""`gatewatch report`: counts of one field or two, each with the query behind it."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.answers import number_of_values, written
from gatewatch.cli.output import add_format_option, for_people
from gatewatch.cli.question import add_query_argument, asked
from gatewatch.model.errors import BadArguments

if TYPE_CHECKING:
    from gatewatch.cli.answers import Answer

HELP = "Count the values of one field, or of two, among the services that a query finds."
EXAMPLES = (
    "gatewatch report --by server",
    "gatewatch report country:IT --by model -n 50",
    "gatewatch report --by country --by server -n 10",
    "gatewatch report 'server:\"gSOAP/2.7\"' --by country --format csv",
    "gatewatch report --by device.type --rare",
    "gatewatch report country:IT --by software --over snapshots",
    "gatewatch report 'software:gSOAP software.version:2.7' --survival",
    "gatewatch report --by vendor --compare country:IT..country:FR",
    "gatewatch report --preset censys-2019 -o report.md",
)

UNITS = ("services", "hosts")
CELLS = ("count", "row", "column", "expected")


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, what to count by, how many values."""
    add_query_argument(parser)
    parser.add_argument(
        "--by",
        metavar="FIELD",
        action="append",
        default=[],
        help='what is counted: "gatewatch fields"; a second --by makes a cross-tab',
    )
    parser.add_argument(
        "--preset", metavar="NAME", help="several reports at once (default: censys-2019)"
    )
    parser.add_argument(
        "-n",
        dest="count",
        metavar="N",
        type=number_of_values,
        default=None,
        help="so many values, the rest is summed up (default: 25, of a trend 6)",
    )
    parser.add_argument(
        "--unit",
        choices=UNITS,
        default=UNITS[0],
        help="a host with two open ports has two services (default: services)",
    )
    parser.add_argument(
        "--over",
        choices=("snapshots",),
        help="a trend: every snapshot, or those that the query chooses, counted by itself",
    )
    parser.add_argument(
        "--survival",
        action="store_true",
        help="how long hosts satisfy the query, over the snapshots (Kaplan-Meier)",
    )
    parser.add_argument(
        "--compare",
        metavar="A..B",
        help="two snapshots, or two queries, side by side: --compare 2026-10-24..2026-11-24",
    )
    parser.add_argument(
        "--rare",
        action="store_true",
        help="kinds of device that hardly exist; with --by the least frequent values first",
    )
    parser.add_argument(
        "--anomaly",
        action="store_true",
        help="what is odd, in sentences: rare kinds, values out of proportion, what is new, "
        "networks that broke",
    )
    parser.add_argument(
        "--cells",
        choices=CELLS,
        default=CELLS[0],
        help="what a cross-tab shows: counts, shares of the row or column, or what chance would "
        "bring (default: count)",
    )
    parser.add_argument(
        "--queries", action="store_true", help="show each row's query even where room is short"
    )
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes one table a report, or one stream of rows in formats for programs."""
    from gatewatch.report.looking_back import looking_back

    answer = _answer_of(args)
    people = for_people(args)
    over_time = args.over or args.survival
    with asked(args, looking_back if over_time else None) as question:
        return written(answer(question, args, people=people), question, args)


def _answer_of(args: argparse.Namespace) -> "Answer":
    """The function that answers; raises BadArguments before anything is read."""
    from gatewatch.cli import answers

    if args.by and args.preset:
        raise _bad("--by and --preset exclude each other", "take one of them away")
    if len(args.by) > 2:
        raise _bad("--by three times is one too often", "count by two fields at most")
    kinds = [
        name for name in ("over", "survival", "compare", "rare", "anomaly") if getattr(args, name)
    ]
    if len(kinds) > 1:
        raise _bad(f"--{kinds[0]} and --{kinds[1]} exclude each other", "take one of them away")
    if len(args.by) == 2:
        if kinds:
            raise _bad(f"--{kinds[0]} goes with one field", "take one --by away")
        return answers.crosstab
    if args.anomaly and args.by:
        raise _bad("--anomaly looks at all fields by itself", "take --by away")
    if args.compare and not all(args.compare.partition("..")):
        raise _bad("--compare takes two sides", "write A..B: two snapshots, or two queries")
    if args.compare and not args.by:
        raise _bad("--compare needs a field to compare by", "add --by server, or another field")
    return {
        "over": answers.trend,
        "survival": answers.survival,
        "compare": answers.compare,
        "anomaly": answers.anomaly,
        "rare": answers.top if args.by else answers.rare,
    }.get("".join(kinds), answers.top)


def _bad(what: str, mend: str) -> BadArguments:
    return BadArguments(where="report", what=what, mend=mend)
