"""`gatewatch token`: what programs show to the API instead of a password."""

import argparse
import time

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.settings import add_lake_option, lake_of
from gatewatch.model.errors import BadArguments, Exit

HELP = "Make, list and revoke tokens, by which programs may ask the API."
EXAMPLES = (
    "gatewatch token create nightly-report --scope read --days 90",
    "gatewatch token list",
    "gatewatch token revoke 1f2e3d4c",
)

SCOPES = ("read", "export", "watch", "acs")
_DAYS, _MOST_DAYS = 90, 3650
_DAY_S = 86_400


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    create = verbs.add_parser("create", help="a new one; it is shown this once, on stdout")
    create.add_argument("purpose", metavar="PURPOSE", help="what it is for, for the list")
    create.add_argument(
        "--scope",
        action="append",
        choices=SCOPES,
        help="what it is good for, may be given several times (default: read)",
    )
    create.add_argument(
        "--days", type=int, default=_DAYS, metavar="N", help=f"it ends then (default: {_DAYS})"
    )
    create.set_defaults(verb=_create)
    listing = verbs.add_parser("list", help="all of them, without their secrets")
    add_format_option(listing)
    listing.set_defaults(verb=_list)
    revoke = verbs.add_parser("revoke", help="one is good for nothing any more, at once")
    revoke.add_argument("id", metavar="ID", help="as listed")
    revoke.set_defaults(verb=_revoke)
    for verb in (create, listing, revoke):
        add_lake_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _create(args: argparse.Namespace) -> int:
    from gatewatch.web.people.book import Book, book_of

    if not 1 <= args.days <= _MOST_DAYS or not 1 <= len(args.purpose) <= 100:
        raise BadArguments(
            where="token create",
            what="purpose or days are out of bounds",
            mend=f"give 1 to {_MOST_DAYS} days and at most 100 letters",
        )
    scopes = tuple(dict.fromkeys(args.scope or SCOPES[:1]))
    book = Book(book_of(lake_of(args)))
    token, secret = book.add_token(args.purpose, scopes, time.time(), args.days * _DAY_S)
    print(secret)
    say(f"token: {token.id} is good for {', '.join(scopes)} and shown this once", args)
    return Exit.FOUND


def _list(args: argparse.Namespace) -> int:
    from gatewatch.model.moment import SECOND, iso
    from gatewatch.model.table import Table
    from gatewatch.web.people.book import Book, book_of

    book = Book(book_of(lake_of(args)))
    rows = [
        (one.id, one.purpose, list(one.scopes), iso(int(one.made * SECOND)),
         iso(int(one.ends * SECOND)))
        for one in (book.tokens() if book.path.exists() else [])
    ]  # fmt: skip
    return write_table(Table(("id", "purpose", "scopes", "made", "ends"), rows), args)


def _revoke(args: argparse.Namespace) -> int:
    from gatewatch.web.people.book import Book, book_of

    Book(book_of(lake_of(args))).revoke(args.id)
    say(f"token: {args.id} is revoked", args)
    return Exit.FOUND
