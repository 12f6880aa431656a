"""`gatewatch search`: the services that a query finds, one a row."""

import argparse
import time
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, for_people, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.question import (
    add_query_argument,
    asked,
    counted,
    looked_at,
    say_why_nothing,
)
from gatewatch.model.errors import BadArguments, Exit

if TYPE_CHECKING:
    from gatewatch.query.asking import Question

HELP = "List the services that a query finds, one a row."
EXAMPLES = (
    "gatewatch search 'server:\"gSOAP/2.7\"' country:IT",
    "gatewatch search 192.0.2.0/24 --fields ip,server,model -o network.csv",
    "gatewatch search not server:* --sort scan_time --descending --limit 20",
    "gatewatch search --limit 0 --format ndjson",
)

ALIASES = ("download",)

# What people see on a terminal of 80 columns; programs get every field.
_FOR_PEOPLE = ("ip", "port", "country", "server", "vendor", "model")
_LIMIT = 100


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, the columns, the order, how many."""
    add_query_argument(parser)
    parser.add_argument(
        "--fields",
        metavar="A,B",
        help=f"columns (default: all fields; {', '.join(_FOR_PEOPLE)} in a table)",
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_limit,
        default=_LIMIT,
        help=f"so many rows at most, 0: all (default: {_LIMIT})",
    )
    parser.add_argument(
        "--sort", metavar="FIELD", help="order by this field, missing values last (default: ip)"
    )
    parser.add_argument("--descending", action="store_true", help="the other way round")
    parser.add_argument(
        "--after", metavar="CURSOR", help="the next page: what the page before ended with"
    )
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes the rows as they are found, then says of how many they are."""
    from gatewatch.model.fields import field_of
    from gatewatch.model.table import Table
    from gatewatch.query.cursor import cursor_of, read_cursor
    from gatewatch.query.search import Page

    people = for_people(args)
    names = args.fields.split(",") if args.fields else _FOR_PEOPLE if people else _shown()
    fields = list(dict.fromkeys(field_of(name.strip(), "search --fields") for name in names))
    sort = field_of(args.sort, "search --sort") if args.sort else None
    if sort is not None and sort.many:
        mend = "sort by a field of one value"
        raise BadArguments(where="search --sort", what=f"{sort.name} is a list", mend=mend)
    order = f"{sort.name if sort else 'ip'} {args.descending}"
    with asked(args) as question:
        query = question.scope.query
        page = Page(
            question.con,
            question.scope.node,
            fields,
            limit=args.limit or None,
            sort=sort,
            descending=args.descending,
            start=read_cursor(args.after, query, order) if args.after else None,
        )
        code = write_table(Table([entry.name for entry in fields], page), args)
        if code == Exit.NOTHING and not args.after:
            say_why_nothing(question, args)
        else:
            is_full = args.limit and page.count == args.limit and page.last
            cursor = cursor_of(page.last, query, order) if is_full and page.last else ""
            say(_summary(question, page.count, cursor, first=not args.after), args)
    return code


def _shown() -> list[str]:
    """Every field but those that are long, or dear to compute."""
    from gatewatch.model.fields import FIELDS

    return [name for name, entry in FIELDS.items() if not entry.extra]


def _summary(question: "Question", shown: int, cursor: str, *, first: bool) -> str:
    from gatewatch.query.search import count_services

    found = count_services(question.con, question.scope.node)
    where = looked_at(question.scope.infos, time.time())
    if first and shown == found:
        return f"{counted(found, 'service')}, {where}"
    more = f"; --after {cursor} for the next page, --limit 0 for all" if cursor else "; no more"
    return f"{shown:,} of {found:,} services shown, {where}{more}"


def _limit(word: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 12:
        message = f"{word!r} is not a number of rows"
        raise argparse.ArgumentTypeError(message)
    return int(word)
