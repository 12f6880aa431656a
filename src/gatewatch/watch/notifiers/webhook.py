"""A signed HTTP request: POST of JSON, as `watch/signature.py` tells it.

It is tried five times with growing pauses, under the same number, so a receiver can tell a
repetition. It goes to public addresses only, unless `private` is set; redirects are not followed.
"""

import json

from gatewatch.model.errors import AccountUnusable
from gatewatch.watch.accounts import Account, Accounts, Key
from gatewatch.watch.api import Api
from gatewatch.watch.notice import Notice
from gatewatch.watch.public_address import pinned
from gatewatch.watch.signature import signature
from gatewatch.watch.target import Door

__all__ = ["KEYS", "NAME", "SENTENCE", "deliver"]

NAME = "webhook"
SENTENCE = "A signed HTTP request with JSON."
KEYS = (
    Key("url", "where to, https://..."),
    Key("secret", "the key of the signature, 16 characters and more", secret=True),
    Key("private", "true: addresses inside your network are allowed", "false"),
)
_SHORTEST = 16


def deliver(notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
    """Posts the notice."""
    del accounts
    if len(account["secret"]) < _SHORTEST:
        mend = "make a long one by chance"
        raise AccountUnusable(where=f"[{account.name}]", what="secret is too short", mend=mend)
    place = pinned(account["url"], account.name, private=account["private"] in ("true", "yes"))
    body = json.dumps(
        {
            "id": notice.number,
            "title": notice.title,
            "alerts": [
                {"id": one.number, **one.alert.to_json(), "name": one.alert.name}
                for one in notice.items
            ],
        }
    ).encode()
    stamp = int(door.clock())
    headers = {
        "Host": place.host,
        "Content-Type": "application/json",
        "X-Gatewatch-Id": notice.number,
        "X-Gatewatch-Timestamp": str(stamp),
        "X-Gatewatch-Signature": signature(account["secret"], stamp, body),
        "Idempotency-Key": notice.number,
    }
    with Api(
        place.base,
        name=account.name,
        secrets=account.secrets,
        pause=door.pause,
        clock=door.clock,
        tls_name=place.name,
        plain=account["private"] in ("true", "yes"),
    ) as api:
        api.call("POST", place.path, content=body, headers=headers, twice=True)
