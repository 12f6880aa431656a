"""`gatewatch watch act`: asks those behind exposed routers for more, until a day."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import say
from gatewatch.cli.watching._acting import (
    accounts_of,
    add_accounts_option,
    add_go_options,
    duration,
    journal_of,
    lines_of,
    now,
    target_name,
)
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import Exit

if TYPE_CHECKING:
    from gatewatch.watch.entries import Entry, Own, Spared
    from gatewatch.watch.target import Target

HELP = (
    "Ask those behind exposed routers for the VPN or a second factor; shows first, never for ever."
)
EXAMPLES = (
    "gatewatch watch act --target okta",
    "gatewatch watch act --target okta --until 7d --yes",
    "gatewatch watch act --target nftables --from cases.ndjson --own ours.txt --block",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Where, on whom, until when."""
    parser.add_argument(
        "--target",
        required=True,
        type=target_name,
        metavar="TARGET",
        help='the system that asks or blocks; "gatewatch watch actions targets" lists them',
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help='addresses, one a line, or JSON lines; "-": stdin (default: all open cases)',
    )
    parser.add_argument(
        "--own",
        metavar="FILE",
        help="more own networks besides the assets, one a line and what it is",
    )
    parser.add_argument(
        "--block",
        action="store_true",
        help="lock out instead of asking for more; people may then be unable to work",
    )
    parser.add_argument(
        "--until",
        type=duration,
        default="7d",
        metavar="TIME",
        help="when it ends: 12h, 7d, 2w or a day (default: 7d)",
    )
    add_go_options(parser)
    add_accounts_option(parser)
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """Shows what changes; 1: nothing does, 4: some were left out, with the reason."""
    from gatewatch.watch.actions import carry_out, planned
    from gatewatch.watch.entries import Meaning, require_some, spared
    from gatewatch.watch.list_files import FOLDER
    from gatewatch.watch.target import Door

    target: Target = args.target
    meaning = Meaning.BLOCK if args.block else Meaning.STEP_UP
    entries, left = spared(_entries(args), _own(args), meaning)
    for one in left:
        say(f"left out: {one.why}", args)
    require_some(entries, left)
    account = accounts_of(args).account(target.NAME, target.KEYS)
    journal = journal_of(watch_of(args))
    with target.opened(account, meaning, Door()) as place:
        if not args.yes:
            plan = planned(target, place, meaning, entries, journal, now())
            return _shown(plan.lines(), args) or _code(left)
        with journal.acting():
            moment = now()
            plan = planned(target, place, meaning, entries, journal, moment)
            if plan.change.is_nothing:
                return _shown((), args)
            print("\n".join(plan.lines()), flush=True)
            record = carry_out(plan, journal, moment)
    # A file does nothing until the product has read it.
    since = "done; when it is loaded" if FOLDER in target.KEYS else "done"
    say(f"{since}: {target.MEANINGS[meaning]}", args)
    say(f"undo: {as_typed(args, 'watch', 'actions', 'undo', record.id)}", args)
    if not target.EXPIRES:
        say(f"the end is yours to keep: {as_typed(args, 'watch', 'actions', 'expire')}", args)
    return _code(left)


def _shown(lines: Iterable[str], args: argparse.Namespace) -> int:
    said = list(lines)
    if not said:
        say("nothing would change", args)
        return Exit.NOTHING
    print("\n".join(said))
    say("nothing was done; --yes does it", args)
    return Exit.FOUND


def _code(left: "list[Spared]") -> int:
    return Exit.PARTIAL if left else Exit.FOUND


def _entries(args: argparse.Namespace) -> "list[Entry]":
    from gatewatch.watch.entries import read_entries

    if args.source is None:
        from gatewatch.watch.from_cases import entries_of

        return entries_of(watch_of(args), args.until)
    return read_entries(lines_of(args.source), args.source, args.until)


def _own(args: argparse.Namespace) -> "list[Own]":
    from gatewatch.watch.entries import read_own
    from gatewatch.watch.from_cases import own_of

    more = read_own(lines_of(args.own), args.own) if args.own else []
    return [*own_of(watch_of(args)), *more] if watch_of(args).exists() else more
