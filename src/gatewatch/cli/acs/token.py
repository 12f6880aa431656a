"""`acs token`: see HELP."""

import argparse

from gatewatch.cli.acs_place import actor, add_place_options, now, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.model.errors import Exit
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "tokens of the admin API"


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="make one; it is shown once")
    adding.add_argument("name", metavar="NAME", help="whose it is; the audit log names it")
    adding.add_argument(
        "--role", choices=("viewer", "operator"), default="viewer", help="what it may do"
    )
    adding.add_argument("--days", type=int, default=90, metavar="N", help="how long it is good")
    adding.set_defaults(verb=_add)
    listing = verbs.add_parser("list", help="whose there are")
    listing.set_defaults(verb=_list)
    removing = verbs.add_parser("remove", help="take all tokens of a name")
    removing.add_argument("name", metavar="NAME", help="whose")
    removing.set_defaults(verb=_remove)
    for verb in (adding, listing, removing):
        add_place_options(verb)
    add_format_option(listing)


def run(args: argparse.Namespace) -> int:
    """Does it."""
    code: int = args.verb(args)
    return code


def _add(args: argparse.Namespace) -> int:
    from gatewatch.acs.admin.tokens import add_token
    from gatewatch.acs.state.changes import Audit
    from gatewatch.acs.state.records import AuditEntry

    with opened(args, make=True) as place:
        token = add_token(place.state, args.name, args.role, args.days, now())
        entry = AuditEntry(now(), actor(), "made a token", args.name, args.role)
        place.state.apply([Audit(entry)])
    print(token)
    return Exit.FOUND


def _list(args: argparse.Namespace) -> int:
    from gatewatch.acs.admin.tokens import holders

    with opened(args) as place:
        rows = [(one.name, one.role, iso(one.expires)) for one in holders(place.state)]
    return write_table(Table(("name", "role", "expires"), rows), args)


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.acs.admin.tokens import remove_token
    from gatewatch.acs.state.changes import Audit
    from gatewatch.acs.state.records import AuditEntry

    with opened(args) as place:
        gone = remove_token(place.state, args.name)
        entry = AuditEntry(now(), actor(), "removed tokens", args.name)
        place.state.apply([Audit(entry)])
    print(f"{args.name}: {gone} removed")
    return Exit.FOUND if gone else Exit.NOTHING
