"""Where a page of services ended, as a word that the next page begins after.

A cursor holds the place of the last row in the order of the page, so the next one costs no more
than the first, and rows that are added meanwhile move nothing. It fits only the query and the
order it was made for; anything else is refused.
"""

import base64
import json
from hashlib import blake2b
from typing import NamedTuple

from gatewatch.model.address import Address, parse_address
from gatewatch.model.errors import BadArguments
from gatewatch.query.nodes import Node
from gatewatch.query.printing import printed
from gatewatch.query.sql import Sql

__all__ = ["Position", "after", "cursor_of", "read_cursor"]

_LONGEST = 4096


class Position(NamedTuple):
    """The place of one row."""

    value: str | int | None
    """Of the field that is sorted by; None without one, or where it is missing."""
    ip: Address
    port: int
    snapshot: str


def cursor_of(position: Position, node: Node, order: str) -> str:
    """The cursor of a page of `node` in `order`, whose last row stands at `position`."""
    value, ip, port, snapshot = position
    text = json.dumps([_mark(node, order), value, str(ip), port, snapshot])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(word: str, node: Node, order: str) -> Position:
    """The place that `word` means; BadArguments when it is no cursor of this query and order."""
    try:
        if len(word) > _LONGEST:
            raise ValueError
        text = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        mark, value, ip, port, snapshot = json.loads(text)
        if mark != _mark(node, order) or not isinstance(value, str | int | None):
            raise ValueError
        if not isinstance(port, int) or not isinstance(snapshot, str) or not isinstance(ip, str):
            raise ValueError
        return Position(value, parse_address(ip), port, snapshot)
    except (ValueError, TypeError, RecursionError):
        raise BadArguments(
            where="--after",
            what="this is no cursor of this query in this order",
            mend="take it from the page before, with the same query and --sort",
        ) from None


def after(position: Position, *, descending: bool) -> Sql:
    """SQL for what comes after `position` in the order of addresses, IPv4 first."""
    sign = "<" if descending else ">"
    text, values = f"snapshot {sign} ?", (position.snapshot,)
    steps: list[tuple[str, int]] = [("port", position.port), ("ip", position.ip.low)]
    if position.ip.high is not None:
        steps.append(("ip_high", position.ip.high))
    placed: tuple[object, ...] = values
    for column, value in steps:
        text = f"({column} {sign} ? OR ({column} = ? AND {text}))"
        placed = (value, value, *placed)
    if position.ip.high is None:
        text = f"(ip_high IS NULL AND {text})"
        return Sql(text if descending else f"({text} OR ip_high IS NOT NULL)", placed)
    return Sql(f"({text} OR ip_high IS NULL)" if descending else text, placed)


def _mark(node: Node, order: str) -> str:
    """A few letters that stand for the query and the order."""
    return blake2b(f"{order} {printed(node)}".encode(), digest_size=6).hexdigest()
