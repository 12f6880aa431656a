"""`gatewatch watch case ID`: one case with its evidence and history, and changing it."""

import argparse
import getpass
from time import time
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.hostile import shown
from gatewatch.model.moment import SECOND, iso
from gatewatch.model.table import Table, Value

if TYPE_CHECKING:
    from gatewatch.watch.cases import Cases

HELP = "Show one case with evidence and history, or change its state, assignment or notes."
EXAMPLES = (
    "gatewatch watch case 12",
    "gatewatch watch case 12 --state told --note 'letter sent'",
    "gatewatch watch case 12 --assign helpdesk",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The case, and what to change."""
    parser.add_argument("case", type=int, metavar="ID", help="the case's number")
    parser.add_argument(
        "--state",
        choices=("new", "told", "mended", "accepted", "false"),
        help="put it into this state",
    )
    parser.add_argument("--assign", metavar="TO", help='who takes care of it; "" is nobody')
    parser.add_argument("--note", default="", metavar="TEXT", help="a line for its history")
    add_watch_option(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Changes what is asked for, then prints what is known."""
    from gatewatch.watch.cases import Cases, State

    now, actor, note = int(time() * SECOND), shown(getpass.getuser(), 60), shown(args.note, 500)
    with Cases.open(watch_of(args)) as cases:
        if args.state:
            cases.move(args.case, State(args.state), now, actor, note)
        elif note:
            cases.note(args.case, note, now, actor)
        if args.assign is not None:
            cases.assign(args.case, shown(args.assign, 100), now, actor)
        rows = _told(cases, args.case)
    return write_table(Table(("what", "value"), rows), args)


def _told(cases: "Cases", number: int) -> list[tuple[str, Value]]:
    from gatewatch.watch.pseudonyms import shown_as

    case = cases.one(number)
    rows: list[tuple[str, Value]] = [
        ("case", case.id), ("state", str(case.state)), ("rule", case.rule),
        ("person", shown_as(case.who)), ("what", case.what), ("severity", case.severity),
        ("confidence", f"{case.confidence:.0%}"), ("advice", case.advice),
        ("assigned", case.assigned), ("opened", iso(case.opened_at)),
    ]  # fmt: skip
    for one in cases.evidence(number):
        times = [f"signed in {iso(one.signin_at)}"] if one.signin_at else []
        times += [f"seen exposed {iso(one.seen_at)}"] if one.seen_at else []
        where = f"{one.address} port {one.port}" if one.port else str(one.address)
        rows.append(("evidence", f"{where}: {', '.join(times)} ({one.confidence:.0%}: {one.why})"))
    rows += [
        ("history", f"{iso(one.at)} {one.actor}: {one.what}{': ' if one.note else ''}{one.note}")
        for one in cases.history(number)
    ]
    return rows
