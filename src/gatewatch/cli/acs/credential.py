"""`acs credential`: see HELP."""

import argparse
from secrets import token_urlsafe

from gatewatch.cli.acs_place import actor, add_place_options, now, opened
from gatewatch.model.errors import Exit

HELP = "names and passwords by which devices prove who they are"


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="let one in")
    adding.add_argument("username", metavar="NAME", help="ManagementServer.Username of the device")
    adding.add_argument(
        "--password", metavar="WORD", help="its password (default: a new one, which is shown once)"
    )
    adding.add_argument(
        "--device",
        default="",
        metavar="ID",
        help="whose it is, OUI-ProductClass-Serial; without, whoever makes first contact with it "
        "gets credentials of its own",
    )
    adding.set_defaults(verb=_add)
    removing = verbs.add_parser("remove", help="let it in no longer; takes effect in 30 s")
    removing.add_argument("username", metavar="NAME", help="its name")
    removing.set_defaults(verb=_remove)
    for verb in (adding, removing):
        add_place_options(verb)


def run(args: argparse.Namespace) -> int:
    """Does it."""
    code: int = args.verb(args)
    return code


def _add(args: argparse.Namespace) -> int:
    from gatewatch.acs.state.changes import Audit, KeepCredential
    from gatewatch.acs.state.records import AuditEntry, Credential

    word = args.password or token_urlsafe(16)
    with opened(args, make=True) as place:
        credential = Credential(args.username, word, args.device, now())
        entry = AuditEntry(now(), actor(), "added a credential", args.username, args.device)
        place.state.apply([KeepCredential(credential), Audit(entry)])
    print(args.username if args.password else f"{args.username} {word}")
    return Exit.FOUND


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.acs.state.changes import Audit, RemoveCredential
    from gatewatch.acs.state.records import AuditEntry

    with opened(args) as place:
        entry = AuditEntry(now(), actor(), "removed a credential", args.username)
        there = place.state.apply([RemoveCredential(args.username), Audit(entry)])[0]
    print(f"{args.username}: {'removed' if there else 'there is none'}")
    return Exit.FOUND if there else Exit.NOTHING
