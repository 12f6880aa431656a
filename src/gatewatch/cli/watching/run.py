"""`gatewatch watch run`: joins sign-ins with exposure, and opens and updates cases."""

import argparse
from time import time

from gatewatch.cli.progress import say
from gatewatch.cli.settings import lake_of
from gatewatch.cli.watching._store import add_places, watch_of
from gatewatch.model.errors import Exit
from gatewatch.model.moment import SECOND

HELP = "Join sign-ins with exposure, and open and update cases; may be repeated at any time."
EXAMPLES = ("gatewatch watch run", "gatewatch watch run --least 90")


def configure(parser: argparse.ArgumentParser) -> None:
    """The places, and how certain a match has to be."""
    add_places(parser)
    parser.add_argument(
        "--least",
        type=int,
        choices=range(1, 101),
        metavar="PERCENT",
        default=70,
        help="how certain a match has to be to become a case (default: 70)",
    )


def run(args: argparse.Namespace) -> int:
    """Says what was found; 1: no case is new."""
    from gatewatch.watch.running import run as run_once

    done = run_once(watch_of(args), lake_of(args), int(time() * SECOND), least=args.least / 100)
    joined, recorded = done.joined, done.recorded
    say(
        f"{joined.signins:,} sign-ins near {joined.snapshots} snapshots, {joined.matched:,} of them"
        " from exposed addresses",
        args,
    )
    for why, count in joined.excluded.most_common():
        say(f"  {count:,} left out: {why}", args)
    for name, count in done.found.items():
        if count:
            say(f"  {count:,} {name}", args)
    for note in done.notes:
        say(f"note: {note}", args)
    print(
        f"{len(recorded.opened)} new cases, {len(recorded.reopened)} new again,"
        f" {recorded.updated} with newer evidence"
    )
    return Exit.FOUND if recorded.opened or recorded.reopened else Exit.NOTHING
