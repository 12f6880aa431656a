"""`gatewatch watch rescan`: asks the addresses of open cases once more, by the scanner's rules."""

import argparse
from pathlib import Path
from time import time

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.settings import CATALOGUE, CONTACT, add_option, lake_of, setting
from gatewatch.cli.watching._store import add_places, watch_of
from gatewatch.model.moment import SECOND
from gatewatch.model.table import Table

HELP = "Ask the addresses of open cases once more, and close with proof what is mended."
EXAMPLES = (
    "gatewatch watch rescan --exclude exclude.txt --contact mailto:noc@example.net",
    "gatewatch watch rescan --lab",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """As a scan: who is left out, who asks, how fast."""
    parser.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="who asked to be left out, one a line with the reason behind #",
    )
    add_option(parser, CONTACT)
    parser.add_argument(
        "--rate", type=float, default=10.0, metavar="N", help="probes a second (default: 10)"
    )
    parser.add_argument(
        "--lab",
        action="store_true",
        help="your own lab: only loopback and private networks, no contact needed",
    )
    parser.add_argument("--yes", action="store_true", help="yes, more than 65,536 addresses")
    add_places(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the verdict on each open case; 1: there is none."""
    from gatewatch.watch.rescan import Manner, rescan

    manner = Manner(args.exclude, setting(CONTACT, args), args.rate, args.lab, args.yes)
    done = rescan(
        watch_of(args),
        lake_of(args),
        manner,
        int(time() * SECOND),
        overlay=setting(CATALOGUE, args),
        say=lambda line: say(line, args),
    )
    rows = [(number, str(verdict)) for number, verdict in sorted(done.verdicts.items())]
    return write_table(Table(("case", "verdict"), rows), args)
