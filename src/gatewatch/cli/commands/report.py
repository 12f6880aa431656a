"""`gatewatch report`: counts of one field or two, each with the query behind it."""

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option
from gatewatch.cli.question import add_query_argument
from gatewatch.cli.reporting import number_of_values, order_of, write_answer

if TYPE_CHECKING:
    from gatewatch.report.answers import Order

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
    "gatewatch report --by country --map -o map.svg",
    "gatewatch report --by vendor --before",
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
        "--map",
        action="store_true",
        help="with --by country: a map of the world, for formats that draw (svg, png, html)",
    )
    parser.add_argument(
        "--before",
        action="store_true",
        help="what each value counted in the snapshot before, for formats for people",
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
    from gatewatch.report.answers import answer_to

    order = _order(args)
    return write_answer(args, order, answer_to(order))


def _order(args: argparse.Namespace) -> "Order":
    from gatewatch.report.counting import Unit

    return replace(
        order_of(args),
        by=tuple(args.by),
        count=args.count,
        unit=Unit(args.unit),
        over=bool(args.over),
        survival=args.survival,
        compare=args.compare or "",
        rare=args.rare,
        anomaly=args.anomaly,
        map=args.map,
        before=args.before,
        cells=args.cells,
        preset=args.preset or "",
        queries=args.queries,
    )
