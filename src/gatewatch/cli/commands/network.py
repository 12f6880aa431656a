"""`gatewatch network`: an operator's own view of what is exposed."""

import argparse
import time

from gatewatch.cli.output import (
    add_format_option,
    for_people,
    language_of,
    write_table,
    write_tables,
)
from gatewatch.cli.progress import say
from gatewatch.cli.question import add_reading_options, opened_lake
from gatewatch.model.errors import Exit

HELP = "Show what of a network is exposed, how vulnerable it is, and what became of it."
EXAMPLES = (
    "gatewatch network AS64500",
    "gatewatch network 192.0.2.0/24",
    "gatewatch network 2001:db8::/32 --format csv",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The network."""
    parser.add_argument("network", metavar="AS|CIDR", help="AS64500, 192.0.2.0/24, 2001:db8::/32")
    parser.add_argument(
        "-n", dest="count", metavar="N", type=int, default=10, help="so many models (default: 10)"
    )
    add_reading_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the network's tables; for programs a row for each snapshot."""
    from gatewatch.model.language import ENGLISH
    from gatewatch.report.network import network_node, network_view
    from gatewatch.report.tables import network as tables
    from gatewatch.report.tables.basis import Basis

    node = network_node(args.network)
    lake = opened_lake(args)
    infos = lake.snapshots
    with (
        lake.reading([info.id for info in infos]) as con,
        lake.reading([infos[-1].id]) as newest,
    ):
        language = language_of(args) if for_people(args) else ENGLISH
        found = network_view(con, newest, infos, node, max(args.count, 1), language)
    if not any(moment.services for moment in found.moments):
        say(f"nothing of {args.network} was ever seen exposed in this lake", args)
        return Exit.NOTHING
    if not for_people(args):
        return write_table(tables.for_programs(found), args)
    basis = Basis(infos, lake.manifest.catalogue, time.time(), language_of(args))
    return write_tables(tables.for_people(found, basis), args)
