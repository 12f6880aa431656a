"""`acs audit`: see HELP."""

import argparse

from gatewatch.cli.acs_place import add_place_options, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.model.errors import StateUnusable
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "who did what to which device; this log only grows"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which part of it."""
    parser.add_argument("--after", type=int, default=0, metavar="N", help="only later entries")
    parser.add_argument("--limit", type=int, default=1000, metavar="N", help="at most so many")
    parser.add_argument(
        "--verify", action="store_true", help="prove that no entry was changed or taken out"
    )
    add_place_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes one row an entry."""
    from gatewatch.acs.state.chain import broken_at

    with opened(args) as place:
        if args.verify:
            entries = place.state.audit(limit=100_000_000)
            broken = broken_at(entries, place.keys)
            if broken is not None:
                raise StateUnusable(
                    where="audit log",
                    what=f"entry {broken} is not what was written there",
                    mend="find out who can write to the database; a backup has the true one",
                )
            last = entries[-1].hash[:16] if entries else "nothing"
            say(f"{len(entries):,} entries are what was written; the last one's hash: {last}", args)
            say("note number and hash elsewhere: a log that was cut off shows nothing else", args)
        columns = ("number", "at", "actor", "action", "subject", "detail")
        rows = [
            (one.number, iso(one.at), one.actor, one.action, one.subject, one.detail or None)
            for one in place.state.audit(args.after, args.limit)
        ]
    return write_table(Table(columns, rows), args)
