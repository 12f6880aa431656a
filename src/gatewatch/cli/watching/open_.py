"""`gatewatch watch open ID`: the name behind a case; who opens it is written down."""

import argparse
import getpass
from time import time

from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import Exit
from gatewatch.model.hostile import shown
from gatewatch.model.moment import SECOND

HELP = "Tell the name of a case's person; who opened it, when and why goes into the audit log."
EXAMPLES = ("gatewatch watch open 12 --reason 'telephone call'",)


def configure(parser: argparse.ArgumentParser) -> None:
    """The case and the reason."""
    parser.add_argument("case", type=int, metavar="ID", help="the case's number")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for the audit log")
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the name."""
    from gatewatch.watch.opening import open_name

    actor, reason = shown(getpass.getuser(), 60), shown(args.reason, 200)
    print(shown(open_name(watch_of(args), args.case, int(time() * SECOND), actor, reason)))
    return Exit.FOUND
