"""`gatewatch watch retention`: removes what is older than it may be, or proves that nothing is."""

import argparse
from time import time

from gatewatch.cli.progress import say
from gatewatch.cli.settings import WATCH_DAYS, add_option, setting
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import Exit
from gatewatch.model.moment import SECOND

HELP = "Remove what is older than may be kept, or prove with --verify that nothing is."
EXAMPLES = ("gatewatch watch retention --watch-days 30", "gatewatch watch retention --verify")


def configure(parser: argparse.ArgumentParser) -> None:
    """How many days, and whether only to look."""
    parser.add_argument(
        "--verify", action="store_true", help="read every file and tell what is older; 1: something"
    )
    add_option(parser, WATCH_DAYS)
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """Removes and says how much; with --verify only looks."""
    from gatewatch.watch.retention import enforce, verify

    path, days, now = watch_of(args), setting(WATCH_DAYS, args), int(time() * SECOND)
    if args.verify:
        found = verify(path, days, now)
        print("\n".join(found) if found else f"nothing in {path} is older than {days} days")
        return Exit.NOTHING if found else Exit.FOUND
    done = enforce(path, days, now)
    say(
        f"removed {done.signins:,} sign-ins, {done.rows:,} rows of cases and evidence,"
        f" {done.names:,} names older than {days} days",
        args,
    )
    return Exit.FOUND
