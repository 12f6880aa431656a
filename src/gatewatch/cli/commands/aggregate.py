"""`gatewatch aggregate`: the values of one field, in the words of Censys' command line."""

import argparse
from dataclasses import replace

from gatewatch.cli.output import add_format_option
from gatewatch.cli.question import add_dialect_option, add_reading_options
from gatewatch.cli.reporting import number_of_values, order_of, write_answer

HELP = "Count the values of one field among the services that a query finds (Censys' word)."
EXAMPLES = (
    "gatewatch aggregate country:IT server",
    "gatewatch aggregate 'host.services.port: 7547' host.location.country -n 10",
)

_VALUES = 25


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, the field, how many values."""
    parser.add_argument(
        "query",
        metavar="QUERY",
        nargs=1,
        help="one word to the shell: '*' is everything (docs/reference/query.md)",
    )
    parser.add_argument("field", metavar="FIELD", help='what is counted: "gatewatch fields"')
    parser.add_argument(
        "-n",
        "--num-buckets",
        dest="count",
        metavar="N",
        type=number_of_values,
        default=_VALUES,
        help=f"so many values (default: {_VALUES})",
    )
    add_dialect_option(parser)
    add_reading_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the table of `report QUERY --by FIELD`."""
    from gatewatch.report.answers import answer_to

    order = replace(order_of(args), by=(args.field,), count=args.count)
    return write_answer(args, order, answer_to(order))
