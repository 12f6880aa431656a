"""`gatewatch aggregate`: the values of one field, in the words of Censys' command line."""

import argparse

from gatewatch.cli.answers import facets, number_of_values, written
from gatewatch.cli.output import add_format_option, for_people
from gatewatch.cli.question import add_dialect_option, add_reading_options, asked
from gatewatch.model.fields import field_of

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
    from gatewatch.report.groupings import by_field

    wanted = [(by_field(field_of(args.field, "aggregate")), args.count)]
    people = for_people(args)
    with asked(args) as question:
        return written(facets(question, args, wanted, people=people), question, args)
