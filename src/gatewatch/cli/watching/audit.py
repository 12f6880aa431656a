"""`gatewatch watch audit`: who opened which name, and whether the log is whole."""

import argparse

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "Show the audit log, after its chain of hashes was checked."
EXAMPLES = ("gatewatch watch audit",)


def configure(parser: argparse.ArgumentParser) -> None:
    """The place and the format."""
    add_watch_option(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Prints one line an event; 1: there is none."""
    from gatewatch.watch.audit import audit_lines
    from gatewatch.watch.book import Book
    from gatewatch.watch.folder import WatchFolder

    with Book.open(WatchFolder(watch_of(args))) as book:
        rows = [
            (iso(one.at), one.actor, one.what, one.reason, one.hash[:16])
            for one in audit_lines(book)
        ]
    return write_table(Table(("at", "actor", "what", "reason", "hash"), rows), args)
