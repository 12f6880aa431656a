"""`acs devices`: see HELP."""

import argparse

from gatewatch.cli.acs_place import add_place_options, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.model.moment import iso
from gatewatch.model.table import Look, Table

HELP = "the devices that this ACS serves, all or those that a query finds"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which devices."""
    parser.add_argument(
        "query",
        nargs="?",
        default="",
        metavar="QUERY",
        help="as in gatewatch search, over manufacturer, oui, model, software, serial, tag ...",
    )
    parser.add_argument("-n", dest="limit", type=int, default=0, metavar="N", help="at most N")
    add_place_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes one row a device."""
    from itertools import islice

    from gatewatch.acs.inventory import chosen

    columns = ("device", "manufacturer", "model", "hardware", "software", "address", "last_inform",
               "informs", "events", "fault", "tags")  # fmt: skip
    with opened(args) as place:
        found = chosen(place.state.devices(), args.query)
        rows = [
            (one.id, one.manufacturer or None, one.model or one.product_class or None,
             one.hardware or None, one.software or None, one.address, iso(one.last_inform),
             one.informs, one.events, one.fault or None, one.tags)
            for one in islice(found, args.limit or None)
        ]  # fmt: skip
    return write_table(Table(columns, rows, looks={"device": Look.WHOLE}), args)
