"""Chats, telephones and a hundred other services, by the URLs of Apprise.

Such a URL holds keys, so neither it nor what the library says of a failure is shown.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from gatewatch.model.errors import TargetFailed
from gatewatch.watch.accounts import Account, Accounts, Key
from gatewatch.watch.notice import Notice
from gatewatch.watch.target import Door

__all__ = ["KEYS", "NAME", "SENTENCE", "deliver"]

NAME = "apprise"
SENTENCE = "Chats, telephones and more, by a URL of Apprise."
KEYS = (Key("url", "the service, as Apprise writes it", secret=True),)


def deliver(notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
    """Sends title and text."""
    del accounts, door
    with _silent():
        import apprise

        service = apprise.Apprise()
        if not service.add(account["url"]):
            mend = "write it as Apprise documents it"
            raise TargetFailed(where=account.name, what="its url is none of Apprise", mend=mend)
        title, text = _unmentioned(notice.title), _unmentioned(notice.text())
        if not service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
            mend = "see the url and the service"
            raise TargetFailed(where=account.name, what="the service did not take it", mend=mend)


def _unmentioned(text: str) -> str:
    """`@everyone` and `<!here>` of a device's name wake nobody."""
    return re.sub(r"@(?=\w)", "@ ", text).replace("<", "‹").replace(">", "›")


@contextmanager
def _silent() -> Iterator[None]:
    logger = logging.getLogger("apprise")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        # What its own parts warn of is for its makers.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
