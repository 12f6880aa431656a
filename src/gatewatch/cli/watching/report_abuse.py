"""`gatewatch watch report-abuse`: tells a provider which of its customers' devices are exposed."""

import argparse
from functools import partial

from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import say
from gatewatch.cli.watching._acting import (
    accounts_of,
    add_accounts_option,
    add_mail_options,
    lines_of,
    now,
)
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import Exit, InputUnreadable
from gatewatch.model.hostile import shown

HELP = "Report exposed devices to their provider's abuse contact: one mail with XARF, shown first."
EXAMPLES = (
    "gatewatch watch report-abuse --from services.ndjson --contact abuse@provider.example",
    "gatewatch watch report-abuse --from services.ndjson --eml reports",
    "gatewatch watch report-abuse --from services.ndjson --yes",
)
_CHANNEL = "abuse"
_DAY = 86_400_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    """What, to whom, and whether to send."""
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        required=True,
        help='what "search --format ndjson" wrote, a line may have a contact; "-": stdin',
    )
    parser.add_argument("--contact", default="", help="the provider's abuse address")
    add_mail_options(parser)
    add_accounts_option(parser)
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """Shows who would be told what; one mail a contact and day."""
    from gatewatch.watch import deliveries
    from gatewatch.watch.abuse import Reporter, bundles, read_exposures, report
    from gatewatch.watch.accounts import Key
    from gatewatch.watch.mail import KEYS, keep
    from gatewatch.watch.outbox import Outbox

    accounts = accounts_of(args)
    account = accounts.account("smtp", KEYS)
    company = accounts.account("abuse", (Key("org", "who reports"), Key("contact", "its address")))
    reporter = Reporter(company["org"], company["contact"])
    for address in filter(None, (args.contact, reporter.contact)):
        _require_address(address)
    found = read_exposures(lines_of(args.source), args.source, args.contact)
    with deliveries.opened(watch_of(args)) as log:
        moment = now()
        box = Outbox(log, _CHANNEL, moment, moment - _DAY)
        for contact, ones in bundles(found):
            key = log.key("abuse", contact.lower(), *(f"{one.address} {one.port}" for one in ones))
            box.add(key, partial(report, contact, ones, reporter, at=moment))
        say(f"{box.waiting:,} mails, {box.known:,} left out: sent within a day", args)
        if args.eml:
            for number, message in enumerate(box.messages(), 1):
                print(keep(message, args.eml, f"report-{number:04d}"))
        elif args.yes:
            sent = box.send(account, as_typed(args, "watch", "report-abuse"))
            say(f"{sent:,} mails were sent", args)
        else:
            for message in box.messages():
                print(shown(f"{message['To']}  {message['Subject']}", 300))
            say("nothing was sent; --eml DIR writes files, --yes sends", args)
        return Exit.FOUND if box.waiting else Exit.NOTHING


def _require_address(text: str) -> None:
    from gatewatch.watch.mail import mail_address

    try:
        mail_address(text)
    except ValueError as error:
        mend = "write abuse@provider.example"
        raise InputUnreadable(where="--contact", what=str(error), mend=mend) from None
