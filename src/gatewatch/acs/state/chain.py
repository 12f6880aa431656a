"""The audit log's chain: each entry's hash covers what it says and the hash before.

The hash is keyed (sealing.py): who has the database but not the key cannot make a log that
verifies. What nobody can see from the log alone is that its end was cut off; compare the last
number and hash with those that were noted elsewhere (`gatewatch acs audit --verify` prints them).
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state.records import AuditEntry

__all__ = ["START", "broken_at", "chained"]

START = ""
"""What stands for the hash before the first entry."""


def chained(entry: AuditEntry, number: int, before: str, keys: Keys) -> AuditEntry:
    """`entry` as the next one after the hash `before`."""
    said = json.dumps(
        [before, number, entry.at, entry.actor, entry.action, entry.subject, entry.detail]
    )
    return replace(entry, number=number, hash=keys.tag("audit", said.encode()).hex())


def broken_at(entries: Iterable[AuditEntry], keys: Keys) -> int | None:
    """The number of the first entry that is not what was written there; None: all are."""
    before = START
    for number, entry in enumerate(entries, 1):
        if entry.number != number or chained(entry, number, before, keys).hash != entry.hash:
            return number
        before = entry.hash
    return None
