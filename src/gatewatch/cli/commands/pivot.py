"""`gatewatch pivot`: what a host shares with a few others."""

import argparse
import time

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.question import add_reading_options, counted, looked_at, opened_lake
from gatewatch.model.errors import BadArguments, Exit

HELP = "Show what a host shares with 2 to 100 others: realm, body, header order, certificate."
EXAMPLES = ("gatewatch pivot 192.0.2.7", "gatewatch pivot 2001:db8::7 --format ndjson")


def configure(parser: argparse.ArgumentParser) -> None:
    """The address."""
    parser.add_argument("ip", metavar="IP", help="IPv4 or IPv6, a defanged one too")
    add_reading_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row for each value that few others have, with the query for all of them."""
    from gatewatch.model.address import parse_address
    from gatewatch.model.table import Look, Table
    from gatewatch.query.pivot import MOST, shared
    from gatewatch.report.host import sightings

    try:
        address = parse_address(args.ip)
    except ValueError as error:
        what = f'"{args.ip}": {error}'
        raise BadArguments(where="pivot", what=what, mend="write one address") from None
    lake = opened_lake(args)
    with lake.reading([info.id for info in lake.snapshots]) as con:
        seen = {one.snapshot for one in sightings(con, address)}
    latest = next((info for info in reversed(lake.snapshots) if info.id in seen), None)
    if latest is None:
        say(f"{address} is in none of the {counted(len(lake.snapshots), 'snapshot')}", args)
        return Exit.NOTHING
    with lake.reading([latest.id]) as con:
        found = list(shared(con, address))
    rows = [
        (one.field, one.value, one.others, f"snapshot:{latest.id} {one.query}")
        for one in found
        if one.leads
    ]
    looks = {"field": Look.WHOLE, "others": Look.COUNT, "query": Look.WHOLE}
    code = write_table(Table(("field", "value", "others", "query"), rows, looks=looks), args)
    for one in found:
        if one.others > MOST:
            say(f"{one.field} is shared with {counted(one.others, 'host')}: too many to tell", args)
    say(looked_at([latest], time.time()), args)
    return code
