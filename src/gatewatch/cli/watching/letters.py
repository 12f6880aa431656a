"""`gatewatch watch letters`: tells people in plain words what to do about their router."""

import argparse
import getpass
from functools import partial
from typing import TYPE_CHECKING

from gatewatch.cli.output import STDOUT, language_of
from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import say
from gatewatch.cli.settings import LANG, add_option, lake_of
from gatewatch.cli.watching._acting import (
    accounts_of,
    add_accounts_option,
    add_mail_options,
    lines_of,
    now,
)
from gatewatch.cli.watching._store import add_places, watch_of
from gatewatch.model.errors import AccountUnusable, Exit
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from email.message import EmailMessage

    from gatewatch.model.language import Language
    from gatewatch.watch.from_cases import Addressee
    from gatewatch.watch.letters import Company, Letter
    from gatewatch.watch.recipients import Recipient

HELP = "Write to those behind exposed routers in plain words, English or French; previews first."
EXAMPLES = (
    "gatewatch watch letters preview --vendor AVM --lang fr",
    "gatewatch watch letters send",
    "gatewatch watch letters send --from people.ndjson --eml letters",
    "gatewatch watch letters send --from people.ndjson --yes",
)
_CHANNEL = "letter"
_AGAIN_DAYS = 7
_DAY = 86_400_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command to look, one to send."""
    words = parser.add_subparsers(metavar="DEED", required=True)
    preview = words.add_parser("preview", help="show a letter as it would be sent")
    send = words.add_parser("send", help="send a letter to each, at most one a week")
    preview.add_argument("--vendor", default="", help="the maker of the box; default: any")
    preview.add_argument("--html", action="store_true", help="show the HTML instead of the text")
    preview.add_argument(
        "--from", dest="source", metavar="FILE", help="show the letters to these people instead"
    )
    send.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help='JSON lines with to, ip, seen_at, vendor, language; "-": stdin '
        "(default: the people of new cases; their names are opened, on record)",
    )
    send.add_argument("--again", action="store_true", help="also to those written to this week")
    add_mail_options(send)
    for sub, deed in ((preview, _preview), (send, _send)):
        add_option(sub, LANG)
        add_accounts_option(sub)
        sub.set_defaults(deed=deed, output=STDOUT)
    add_places(send)


def run(args: argparse.Namespace) -> int:
    """Does the deed."""
    code: int = args.deed(args)
    return code


def _preview(args: argparse.Namespace) -> int:
    from gatewatch.watch.letters import Seen
    from gatewatch.watch.recipients import Recipient, read_recipients

    seen = Seen("192.0.2.7", now(), args.vendor)
    people = [Recipient("somebody@example.com", seen)]
    if args.source:
        people = read_recipients(lines_of(args.source), args.source)
    company = _company(args)
    for one in people:
        letter = _letter(one, company, args)
        print(letter.html if args.html else f"{letter.subject}\n\n{letter.text}")
    return Exit.FOUND if people else Exit.NOTHING


def _send(args: argparse.Namespace) -> int:
    from gatewatch.watch import deliveries
    from gatewatch.watch.from_cases import answered
    from gatewatch.watch.mail import KEYS, keep
    from gatewatch.watch.outbox import Outbox

    people = _people(args) if args.source else []
    company = _company(args)
    account = accounts_of(args).account("smtp", KEYS)
    with deliveries.opened(watch_of(args)) as log:
        moment = now()
        since = moment + 1 if args.again else moment - _AGAIN_DAYS * _DAY
        box = Outbox(log, _CHANNEL, moment, since)
        for one in _from_cases(args) if args.source is None else ():
            make = partial(_case_mail, one, account["from"], company, moment, args)
            after = partial(answered, watch_of(args), one.case, moment)
            box.add(log.key("letter", one.person), make, after)
        for person in people:
            letter = _letter(person, company, args)
            make = partial(_mail, account["from"], person.to, letter, moment)
            box.add(log.key("letter", person.to.lower()), make)
        say(f"{box.waiting:,} letters, {box.known:,} left out: written to within a week", args)
        if args.eml:
            for number, message in enumerate(box.messages(), 1):
                print(keep(message, args.eml, f"letter-{number:04d}"))
        elif args.yes:
            sent = box.send(account, as_typed(args, "watch", "letters", "send"))
            say(f"{sent:,} letters were sent", args)
        else:
            for message in box.messages() if args.source else ():
                print(shown(f"{message['To']}  {message['Subject']}", 300))
            for one in _from_cases(args) if args.source is None else ():
                print(f"case {one.case}  {one.person}  {one.seen.vendor}")
            say("nothing was sent; --eml DIR writes files, --yes sends", args)
        return Exit.FOUND if box.waiting else Exit.NOTHING


def _mail(sender: str, to: str, letter: "Letter", at: int, number: str) -> "EmailMessage":
    from gatewatch.watch.mail import mail

    said = letter.subject, letter.text
    return mail(sender, to, *said, html=letter.html, number=number, at=at)


def _from_cases(args: argparse.Namespace) -> "list[Addressee]":
    from gatewatch.watch.from_cases import addressees

    return addressees(watch_of(args), lake_of(args))


def _case_mail(
    one: "Addressee",
    sender: str,
    company: "Company",
    at: int,
    args: argparse.Namespace,
    number: str,
) -> "EmailMessage":
    """The letter to the person of a case, whose name is opened for it, on record."""
    from gatewatch.watch.accounts import Key
    from gatewatch.watch.mail import mail_address
    from gatewatch.watch.opening import open_name
    from gatewatch.watch.recipients import Recipient

    domain = accounts_of(args).value("letters", Key("domain", "of people's addresses", ""))
    name = open_name(watch_of(args), one.case, at, shown(getpass.getuser(), 60), "letter")
    try:
        to = mail_address(name if "@" in name or not domain else f"{name}@{domain}")
    except ValueError:
        raise AccountUnusable(
            where=f"case {one.case}",
            what="the person's name is no mail address",
            mend="give domain in [letters], or write to them with --from",
        ) from None
    return _mail(sender, to, _letter(Recipient(to, one.seen), company, args), at, number)


def _people(args: argparse.Namespace) -> "list[Recipient]":
    from gatewatch.watch.recipients import read_recipients

    return read_recipients(lines_of(args.source), args.source)


def _company(args: argparse.Namespace) -> "Company":
    from gatewatch.watch.accounts import Key
    from gatewatch.watch.letters import Company

    keys = (
        Key("company", "the company's name", "Example Ltd"),
        Key("contact", "whom people ask", "security@example.com"),
        Key("help", "the company's page about it", ""),
        Key("domain", "of people's addresses where a log has names alone", ""),
        Key("days", "how long it is kept who sat behind which address", "90"),
    )
    found = accounts_of(args).account("letters", keys)
    days = int(found["days"]) if found["days"].isdecimal() else 90
    return Company(found["company"], found["contact"], found["help"], days)


def _letter(one: "Recipient", company: "Company", args: argparse.Namespace) -> "Letter":
    from gatewatch.model.language import language
    from gatewatch.watch.letters import letter_for

    words: Language = language(one.language) if one.language else language_of(args)
    return letter_for(one.seen, company, words)
