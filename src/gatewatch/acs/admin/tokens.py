"""Tokens of the admin API: shown once, kept as a hash, with a role and an end."""

import json
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

from gatewatch.acs.state.changes import KeepDocument, RemoveDocument
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Document
from gatewatch.model.moment import SECOND

__all__ = ["ROLES", "Holder", "add_token", "holder_of", "holders", "remove_token"]

ROLES = ("viewer", "operator")
"""A viewer sees; an operator gives orders, too."""
_KIND = "token"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is."""

    name: str
    role: str
    expires: int


def add_token(state: State, name: str, role: str, days: int, now: int) -> str:
    """A new token, which nobody can read again."""
    token = f"gwa_{token_urlsafe(32)}"
    told = {"name": name, "role": role, "expires": now + days * 86_400 * SECOND}
    state.apply([KeepDocument(Document(_KIND, _id(token), json.dumps(told), updated=now))])
    return token


def holder_of(state: State, token: str, now: int) -> Holder | None:
    """Whose token it is; None for one that is none, or not any more.

    It is looked up by its hash, so that how long this takes tells nothing of any token.
    """
    document = state.document(_KIND, _id(token)) if len(token) < 200 else None
    if document is None:
        return None
    holder = Holder(**json.loads(document.body))
    return holder if holder.expires > now else None


def holders(state: State) -> list[Holder]:
    """All of them."""
    return [Holder(**json.loads(document.body)) for document in state.documents(_KIND)]


def remove_token(state: State, name: str) -> int:
    """Takes all tokens of that name; returns how many."""
    gone = [
        RemoveDocument(_KIND, document.id)
        for document in state.documents(_KIND)
        if json.loads(document.body)["name"] == name
    ]
    return sum(state.apply(gone)) if gone else 0


def _id(token: str) -> str:
    return sha256(token.encode()).hexdigest()
