"""`gatewatch watch forget USER`: removes all that is kept of a person, and proves it."""

import argparse
import getpass
from time import time

from gatewatch.cli.progress import say
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import Exit, WatchCorrupt
from gatewatch.model.hostile import shown
from gatewatch.model.moment import SECOND

HELP = "Remove all that is kept of a person, and search every file afterwards."
EXAMPLES = ("gatewatch watch forget alice@example.com", "gatewatch watch forget p-aaaaaaaaaaaaa")


def configure(parser: argparse.ArgumentParser) -> None:
    """The person."""
    parser.add_argument("person", metavar="USER", help="as the logs spell it, or a pseudonym")
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """Removes, searches, says; 1: nothing was kept of the person."""
    from gatewatch.watch.forgetting import forget

    path, actor = watch_of(args), shown(getpass.getuser(), 60)
    done = forget(path, args.person, int(time() * SECOND), actor)
    if done.left:
        raise WatchCorrupt(
            where=done.left[0],
            what=f"still holds something of the person, one of {len(done.left)} files",
            mend="remove what the file is about; notes of people may name a person",
        )
    say(
        f"removed {done.signins:,} sign-ins and {done.rows:,} rows; every file in {path} was"
        " searched, and nothing is left",
        args,
    )
    return Exit.FOUND if done.signins or done.rows else Exit.NOTHING
