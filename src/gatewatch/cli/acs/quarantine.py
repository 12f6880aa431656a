"""`acs quarantine`: see HELP."""

import argparse

from gatewatch.cli.acs_place import actor, add_place_options, now, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.model.errors import DeviceUnknown, Exit
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "who called without proving who they are; approve or forget them"


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do with whom."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--forget", metavar="ID", help="take this one out, wherever it called from")
    what.add_argument(
        "--approve",
        metavar="ID",
        help="take this one for the device that it says it is; needs --password",
    )
    parser.add_argument("--username", metavar="NAME", help="the name that it calls itself by")
    parser.add_argument("--password", metavar="WORD", help="the password that is set in it now")
    add_place_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes one row each, or does what was asked."""
    from gatewatch.acs.state.changes import Audit, ForgetStranger, KeepCredential
    from gatewatch.acs.state.records import AuditEntry, Credential

    with opened(args) as place:
        strangers = place.state.strangers(limit=100_000)
        wanted = args.forget or args.approve
        if not wanted:
            columns = ("claimed", "source", "username", "software", "calls", "first", "last")
            rows = [
                (one.claimed, one.source, one.username, one.software, one.count,
                 iso(one.first_seen), iso(one.last_seen))
                for one in strangers
            ]  # fmt: skip
            return write_table(Table(columns, rows), args)
        found = [one for one in strangers if one.claimed == wanted]
        if not found:
            raise DeviceUnknown(where=wanted)
        gone = [ForgetStranger(one.source, one.claimed) for one in found]
        verb = "approved" if args.approve else "forgot"
        entry = AuditEntry(now(), actor(), f"{verb} a stranger", wanted)
        kept = []
        if args.approve:
            name = args.username or found[0].username
            credential = Credential(name, args.password or "", wanted, now())
            kept.append(KeepCredential(credential))
        place.state.apply([*gone, *kept, Audit(entry)])
        print(f"{wanted}: {verb}")
    return Exit.FOUND
