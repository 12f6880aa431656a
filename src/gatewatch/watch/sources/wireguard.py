"""WireGuard: `wg show all dump` and `wg show NAME dump`, also many after each other.

An interface's line holds its private key and a peer's line a preshared key: neither is kept,
shown, or set aside with lines that cannot be read. People are keys, so a table of keys and persons
is needed. The time of a peer is its latest handshake. Source: wg(8), show.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.model.errors import LogIncomplete
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in, time_in
from gatewatch.watch.syslog import text_lines
from gatewatch.watch.text_logs import first_lines

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "wireguard"
SENTENCE = "WireGuard: wg show all dump, with a table of keys and people (text)."

_KEY = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
_INTERFACE, _PEER = 4, 8
_NONE = frozenset({"(none)", "off"})


def sniff(head: bytes) -> bool:
    """Whether the first line has the fields of an interface or of a peer, with its keys."""
    line = next(first_lines(head), "")
    return _fields(line) is not None


def _fields(line: str) -> tuple[str, list[str]] | None:
    """The interface's name, "" when the line has none, and the fields after it."""
    fields = line.split("\t")
    for count in (_INTERFACE, _PEER):
        for extra in (0, 1):
            rest = fields[extra:]
            if len(rest) == count and _KEY.fullmatch(rest[count == _INTERFACE]):
                return (fields[0] if extra else ""), rest
    return None


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each peer; raises LogIncomplete when nobody is known by a key."""
    if not given.people.table:
        raise LogIncomplete(
            where=given.name,
            source=NAME,
            what="knows people by their public keys only",
            mend='--people FILE with lines "KEY" = "alice"',
        )
    for line in text_lines(stream):
        if isinstance(line, Rejected):
            yield Rejected(line.where, line.reason)
            continue
        number, text, _ = line
        try:
            yield _peer(text, given)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem))


def _peer(line: str, given: Given) -> SignIn | Passed:
    found = _fields(line)
    if found is None:
        raise ValueError("its fields are neither an interface's nor a peer's")
    interface, fields = found
    if len(fields) == _INTERFACE:
        return Passed.OTHER
    key, _, endpoint, _, handshake, *_ = fields
    if handshake == "0":
        return Passed.UNFINISHED
    person = given.people.table.get(key)
    if person is None:
        return Passed.NOBODY
    return sign_in(
        given,
        NAME,
        user=person,
        address="" if endpoint in _NONE else endpoint,
        at=time_in(handshake),
        kind=Kind.VPN,
        application=interface,
    )
