"""`gatewatch user`: the people who may log in to the pages."""

import argparse
import getpass
import sys
import time

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.settings import add_lake_option, lake_of
from gatewatch.model.errors import BadArguments, Exit

HELP = "Add, list and remove the people who may log in to the pages."
EXAMPLES = (
    "gatewatch user add mara --role analyst",
    "gatewatch user list",
    "gatewatch user password mara",
    "gatewatch user remove mara",
)

ROLES = ("reader", "analyst", "operator")
_LONGEST = 4096


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    add = verbs.add_parser("add", help="let somebody in; the password is asked for, or on stdin")
    add.add_argument("name", metavar="NAME", help="letters, digits, dot, dash, @")
    add.add_argument(
        "--role",
        choices=ROLES,
        default=ROLES[0],
        help="look; keep queries and work on cases, too; change devices, too (default: reader)",
    )
    add.set_defaults(verb=_add)
    listing = verbs.add_parser("list", help="everybody, by name")
    add_format_option(listing)
    listing.set_defaults(verb=_list)
    password = verbs.add_parser("password", help="another password, which ends all sessions")
    password.add_argument("name", metavar="NAME", help="who")
    password.set_defaults(verb=_password)
    remove = verbs.add_parser("remove", help="let somebody in no more, at once")
    remove.add_argument("name", metavar="NAME", help="who")
    remove.set_defaults(verb=_remove)
    for verb in (add, listing, password, remove):
        add_lake_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _add(args: argparse.Namespace) -> int:
    from gatewatch.web.people.book import Book, book_of
    from gatewatch.web.site import Role

    book = Book(book_of(lake_of(args)))
    book.add(args.name, Role[args.role.upper()], _asked_for(args.name), time.time())
    say(f"user: {args.name} may log in as {args.role}, kept in {book.path}", args)
    return Exit.FOUND


def _list(args: argparse.Namespace) -> int:
    from gatewatch.model.moment import SECOND, iso
    from gatewatch.model.table import Table
    from gatewatch.web.people.book import Book, book_of

    book = Book(book_of(lake_of(args)))
    people = book.people() if book.path.exists() else []
    rows = [(one.name, one.role.word, iso(int(one.made * SECOND))) for one in people]
    return write_table(Table(("name", "role", "added"), rows), args)


def _password(args: argparse.Namespace) -> int:
    from gatewatch.web.people.book import Book, book_of

    Book(book_of(lake_of(args))).set_password(args.name, _asked_for(args.name))
    say(f"user: {args.name} has another password; whoever was logged in is no more", args)
    return Exit.FOUND


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.web.people.book import Book, book_of

    Book(book_of(lake_of(args))).remove(args.name)
    say(f"user: {args.name} is removed", args)
    return Exit.FOUND


def _asked_for(name: str) -> str:
    """The password, typed twice without being shown, or the first line of standard input.

    Never an argument: other people of this machine see those.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline(_LONGEST).rstrip("\r\n")
    first = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("Once more: ") != first:
        raise BadArguments(where="user", what="the two were not the same", mend="try again")
    return first
