"""`gatewatch watch status`: what is kept of people, and whether it is whole."""

import argparse

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import WatchCorrupt
from gatewatch.model.table import Table

HELP = "Show how much is kept of sign-ins, day by day; --verify compares files with checksums."
EXAMPLES = ("gatewatch watch status", "gatewatch watch status --verify")


def configure(parser: argparse.ArgumentParser) -> None:
    """The place, the format, and whether to verify."""
    parser.add_argument(
        "--verify", action="store_true", help="compare every file with its checksum first"
    )
    add_watch_option(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Prints one line a day; 1: nothing is kept."""
    from gatewatch.watch.folder import WatchFolder
    from gatewatch.watch.listing import load_listing
    from gatewatch.watch.overview import overview

    folder = WatchFolder(watch_of(args))
    listing = load_listing(folder)
    if args.verify and (damaged := listing.damaged(folder)):
        raise WatchCorrupt(
            where=damaged[0],
            what=f"does not match its checksum, one of {len(damaged)} such files",
            mend="restore it from a backup, or remove the folder and import the logs again",
        )
    columns = ("day", "signins", "people", "addresses", "failures")
    return write_table(Table(columns, overview(folder, listing)), args)
