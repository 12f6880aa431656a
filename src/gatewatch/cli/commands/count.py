"""`gatewatch count`: how many services a query finds."""

import argparse
import time

from gatewatch.cli.progress import say
from gatewatch.cli.question import add_query_argument, asked, looked_at, say_why_nothing
from gatewatch.model.errors import Exit

HELP = "Count the services, or the hosts, that a query finds."
EXAMPLES = (
    "gatewatch count",
    "gatewatch count country:IT not server:*",
    "gatewatch count 'server:\"gSOAP/2.7\"' --unit hosts",
)
UNITS = ("services", "hosts")


def configure(parser: argparse.ArgumentParser) -> None:
    """The query and what is counted."""
    add_query_argument(parser)
    parser.add_argument(
        "--unit",
        choices=UNITS,
        help="a host with two open ports has two services (default: services, or what the dialect "
        "counts)",
    )


def run(args: argparse.Namespace) -> int:
    """Prints the number, and nothing else, on stdout."""
    from gatewatch.query.search import count_hosts, count_services

    with asked(args) as question:
        unit = args.unit or question.query.unit
        count = {"services": count_services, "hosts": count_hosts}[unit]
        found = count(question.con, question.scope.node)
        print(found)
        say(f"{unit}, {looked_at(question.scope.infos, time.time())}", args)
        if not found:
            say_why_nothing(question, args)
    return Exit.FOUND if found else Exit.NOTHING
