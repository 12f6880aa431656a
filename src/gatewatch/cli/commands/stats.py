"""`gatewatch stats`: the most frequent values of several fields, as Shodan's users ask for them."""

import argparse
from functools import partial

from gatewatch.cli.output import add_format_option
from gatewatch.cli.question import add_query_argument
from gatewatch.cli.reporting import number_of_values, order_of, write_answer
from gatewatch.model.fields import field_of

HELP = "Count the most frequent values of several fields at once (Shodan's facets)."
EXAMPLES = (
    "gatewatch stats",
    "gatewatch stats --facets country:20,server,vuln country:IT",
    "gatewatch stats --facets org,port --limit 5 --format ndjson",
)

_FACETS = "country,org"
_VALUES = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, the fields, how many values of each."""
    add_query_argument(parser)
    parser.add_argument(
        "--facets",
        metavar="A:N,B",
        type=_facets,
        default=_FACETS,
        help=f"fields, each with how many of its values (default: {_FACETS})",
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=number_of_values,
        default=_VALUES,
        help=f"so many values where a facet does not say (default: {_VALUES})",
    )
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes a table a facet; in formats for programs the rows of all."""
    from gatewatch.report.answers import facets
    from gatewatch.report.groupings import by_field

    wanted = [
        (by_field(field_of(name, "stats --facets")), count or args.limit)
        for name, count in args.facets
    ]
    return write_answer(args, order_of(args), partial(facets, wanted=wanted))


def _facets(text: str) -> list[tuple[str, int | None]]:
    """Fields, each with its number of values where one is given."""
    parts = [part.strip().partition(":") for part in text.split(",")]
    return [(name, number_of_values(count) if count else None) for name, _, count in parts]
