"""A mail with all alerts of a digest, through the server of `[smtp]`."""

from gatewatch.model.errors import AccountUnusable
from gatewatch.model.moment import SECOND
from gatewatch.watch.accounts import Account, Accounts, Key
from gatewatch.watch.mail import KEYS as SMTP
from gatewatch.watch.mail import mail, opened
from gatewatch.watch.notice import Notice
from gatewatch.watch.target import Door

__all__ = ["KEYS", "NAME", "SENTENCE", "deliver"]

NAME = "mail"
SENTENCE = "A mail, through the server of [smtp]."
KEYS = (Key("to", "who gets it"),)


def deliver(notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
    """Sends one mail."""
    server = accounts.account("smtp", SMTP)
    at = int(door.clock() * SECOND)
    try:
        message = mail(
            server["from"],
            account["to"],
            notice.title,
            f"{notice.text()}\n",
            number=notice.number,
            at=at,
        )
    except ValueError as error:
        mend = "write somebody@example.com"
        raise AccountUnusable(where=f"[{account.name}]", what=str(error), mend=mend) from None
    with opened(server) as post:
        post.send(message)
