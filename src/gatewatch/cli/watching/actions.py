"""`gatewatch watch actions`: what was done, until when, and how it is taken back."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say, tell
from gatewatch.cli.settings import ERRORS, setting
from gatewatch.cli.watching._acting import (
    accounts_of,
    add_accounts_option,
    add_go_options,
    journal_of,
    now,
)
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import ActionRefused, Exit, GatewatchError
from gatewatch.model.moment import SECOND, iso
from gatewatch.model.table import Table

if TYPE_CHECKING:
    from gatewatch.watch.actions import Plan
    from gatewatch.watch.journal import Journal, Where

HELP = "List what was done about cases, let it end when its time is over, or take it back."
EXAMPLES = (
    "gatewatch watch actions list",
    "gatewatch watch actions targets",
    "gatewatch watch actions expire --yes",
    "gatewatch watch actions undo 20261124T100000.000000Z-okta-step-up",
)
_KEPT_DAYS = 90


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each deed."""
    words = parser.add_subparsers(metavar="DEED", required=True)
    listing = words.add_parser("list", help="show what was done, the oldest first")
    known = words.add_parser(
        "targets", help="show which systems can be acted on, and what each does"
    )
    expire = words.add_parser("expire", help="let go of everything whose time is over")
    undo = words.add_parser("undo", help="take one action back")
    undo.add_argument("id", metavar="ID", help='as "watch actions list" shows it')
    for sub in (listing, known):
        add_format_option(sub)
    for sub in (expire, undo):
        add_go_options(sub)
        add_accounts_option(sub)
    for sub in (listing, expire, undo):
        add_watch_option(sub)
    for sub, deed in ((listing, _list), (known, _targets), (expire, _expire), (undo, _undo)):
        sub.set_defaults(deed=deed)


def run(args: argparse.Namespace) -> int:
    """Does the deed."""
    code: int = args.deed(args)
    return code


def _list(args: argparse.Namespace) -> int:
    rows = [
        (
            one.id,
            one.state,
            one.where.target,
            one.where.meaning.value,
            iso(one.at),
            len(one.put),
            len(one.removed),
            iso(max((entry.until for entry in one.put), default=one.at)),
        )
        for one in journal_of(watch_of(args)).records()
    ]
    columns = ("id", "state", "target", "meaning", "at", "put", "removed", "until")
    return write_table(Table(columns, rows), args)


def _targets(args: argparse.Namespace) -> int:
    from gatewatch.watch.targets import targets

    rows = [
        (
            name,
            meaning.value,
            told,
            one.limit(meaning).entries,
            "itself" if one.EXPIRES else "expire",
        )
        for name, one in targets().items()
        for meaning, told in one.MEANINGS.items()
    ]
    return write_table(Table(("target", "meaning", "does", "entries", "ends_by"), rows), args)


def _expire(args: argparse.Namespace) -> int:
    journal, code = journal_of(watch_of(args)), int(Exit.NOTHING)
    for where in sorted({one.where for one in journal.records()}):
        entries = journal.standing(where).values()
        if not any(entry.until <= now() for entry in entries):
            continue
        try:
            _let_go(where, journal, args)
            code = code if code == Exit.PARTIAL else Exit.FOUND
        except GatewatchError as error:
            # One system that is away does not keep the others waiting.
            tell(error, as_json=setting(ERRORS, args) == "json")
            code = Exit.PARTIAL
    if args.yes:
        gone = journal.forget(now() - _KEPT_DAYS * 86_400 * SECOND)
        say(f"{gone:,} records are over for {_KEPT_DAYS} days and forgotten", args)
    return code


def _let_go(where: "Where", journal: "Journal", args: argparse.Namespace) -> None:
    from gatewatch.watch.actions import carry_out, planned
    from gatewatch.watch.target import Door
    from gatewatch.watch.targets import targets

    target = targets()[where.target]
    account = accounts_of(args).account(where.target, target.KEYS)
    with target.opened(account, where.meaning, Door()) as place:
        _require_same(place.name, where)
        with journal.acting():
            moment = now()
            plan = planned(target, place, where.meaning, [], journal, moment)
            if _told(plan, args) and args.yes:
                carry_out(plan, journal, moment)


def _undo(args: argparse.Namespace) -> int:
    from gatewatch.watch.actions import planned_undo, undo
    from gatewatch.watch.target import Door
    from gatewatch.watch.targets import targets

    journal = journal_of(watch_of(args))
    record = journal.record(args.id)
    if record.state == "undone":
        say("it is undone already", args)
        return Exit.NOTHING
    target = targets()[record.where.target]
    account = accounts_of(args).account(target.NAME, target.KEYS)
    with target.opened(account, record.where.meaning, Door()) as place:
        _require_same(place.name, record.where)
        with journal.acting():
            plan = planned_undo(place, record, journal, now())
            _told(plan, args)
            if args.yes:
                undo(plan, journal, record)
    return Exit.FOUND


def _told(plan: "Plan", args: argparse.Namespace) -> bool:
    lines = list(plan.lines())
    if lines:
        print("\n".join(lines), flush=True)
    if not args.yes:
        say("nothing was done; --yes does it", args)
    return bool(lines)


def _require_same(name: str, where: "Where") -> None:
    """An account that leads elsewhere by now would take away what it never put there."""
    if name != where.place:
        raise ActionRefused(
            where="watch actions",
            what=f"the account leads to {name}, and the action was on {where.place}",
            mend="put the account back as it was",
        )
