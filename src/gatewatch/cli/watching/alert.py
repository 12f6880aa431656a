"""`gatewatch watch alert`: tells people and systems what is new, once, when they want it."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say, tell
from gatewatch.cli.settings import ERRORS, setting
from gatewatch.cli.watching._acting import accounts_of, add_accounts_option, lines_of, now
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import AccountUnusable, Exit, GatewatchError
from gatewatch.model.hostile import shown
from gatewatch.model.table import Table

if TYPE_CHECKING:
    from gatewatch.watch.channels import Channel

HELP = "Tell chats, mailboxes, webhooks and SIEMs of alerts: bundled, not at night, never twice."
EXAMPLES = (
    "gatewatch watch alert channels",
    "gatewatch watch alert test team",
    "gatewatch watch alert run --from alerts.ndjson",
    "gatewatch watch alert run",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each deed."""
    words = parser.add_subparsers(metavar="DEED", required=True)
    known = words.add_parser(
        "channels", help="show the channels of the accounts, and what each hears"
    )
    test = words.add_parser("test", help="send a test alert, without quiet hours and digests")
    going = words.add_parser("run", help="take new alerts in, and send what is due")
    test.add_argument("channel", metavar="CHANNEL", nargs="?", help="X of [alert.X] (default: all)")
    going.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help='new alerts as JSON lines; "-": stdin (default: new cases)',
    )
    going.add_argument(
        "--dry-run", action="store_true", help="show what would be sent where, and send nothing"
    )
    add_format_option(known)
    add_watch_option(going)
    for sub, deed in ((known, _channels), (test, _test), (going, _run)):
        add_accounts_option(sub)
        sub.set_defaults(deed=deed)


def run(args: argparse.Namespace) -> int:
    """Does the deed."""
    code: int = args.deed(args)
    return code


def _channels(args: argparse.Namespace) -> int:
    rows = [
        (
            one.name,
            one.notifier.NAME,
            one.rules.at_least.name.lower(),
            one.account["digest"],
            one.rules.most_per_hour,
            one.account["quiet"],
            one.account["zone"],
            "yes" if one.rules.names else "no",
        )
        for one in _all(args)
    ]
    columns = ("channel", "kind", "at_least", "digest", "most_per_hour", "quiet", "zone", "names")
    return write_table(Table(columns, rows), args)


def _test(args: argparse.Namespace) -> int:
    from gatewatch.watch.channels import test_notice
    from gatewatch.watch.target import Door

    wanted = [one for one in _all(args) if args.channel in (None, one.name)]
    if not wanted:
        raise AccountUnusable(
            where="watch alert",
            what=f'no channel is called "{args.channel}"'
            if args.channel
            else "there is no channel",
            mend='"gatewatch watch alert channels" lists them; write a table [alert.NAME]',
        )
    accounts, code = accounts_of(args), int(Exit.FOUND)
    for one in wanted:
        try:
            one.notifier.deliver(test_notice(now()), one.account, accounts, Door())
            say(f"{one.name}: taken", args)
        except GatewatchError as error:
            tell(error, as_json=setting(ERRORS, args) == "json")
            code = Exit.PARTIAL
    return code


def _run(args: argparse.Namespace) -> int:
    from gatewatch.watch import deliveries
    from gatewatch.watch.alerts import read_alerts
    from gatewatch.watch.channels import Waiting
    from gatewatch.watch.from_cases import alerts_of
    from gatewatch.watch.target import Door

    channels, accounts = _all(args), accounts_of(args)
    if args.source:
        fresh = read_alerts(lines_of(args.source), args.source)
    else:
        fresh = alerts_of(watch_of(args)) if watch_of(args).exists() else []
    code = int(Exit.NOTHING)
    with deliveries.opened(watch_of(args)) as log:
        waiting = Waiting(log, now())
        if not args.dry_run:
            waiting.take_in(fresh)
        for one in channels:
            due = waiting.due(one, fresh)
            if due.alerts and due.why:
                say(f"{one.name}: {len(due.alerts):,} wait, {due.why}", args)
            elif due.alerts and args.dry_run:
                print(
                    "\n".join(
                        f"{one.name}  {alert.key}  {shown(alert.title)}" for alert in due.alerts
                    )
                )
                code = Exit.FOUND
            elif due.alerts:
                try:
                    sent = waiting.send(one, due, accounts, Door())
                    say(f"{one.name}: {sent:,} sent", args)
                    code = code if code == Exit.PARTIAL else Exit.FOUND
                except GatewatchError as error:
                    # A channel that is away hears of it the next time; the others now.
                    tell(error, as_json=setting(ERRORS, args) == "json")
                    code = Exit.PARTIAL
        if not args.dry_run:
            log.forget(now())
    return int(code)


def _all(args: argparse.Namespace) -> "list[Channel]":
    from gatewatch.watch.channels import channels

    return channels(accounts_of(args))
