"""Palo Alto Networks PAN-OS: an external dynamic list of addresses, fetched from a web server.

One network a line; a firewall fetches it every five minutes to once a month and skips, without a
word, what is over its limit. Source: PAN-OS administrator's guide, "External Dynamic List".
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.watch.accounts import Account
from gatewatch.watch.entries import Entry, Meaning
from gatewatch.watch.list_files import FOLDER, ListFile, file_in, plain_lines, plain_networks
from gatewatch.watch.target import Door, Place

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "pan-os"
SENTENCE = "PAN-OS external dynamic list: a file that the firewall fetches."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "an authentication policy with this list as source asks for a second factor",
    Meaning.BLOCK: "a security policy with this list as source denies",
}
KEYS = (FOLDER,)
EXPIRES = False


def limit(meaning: Meaning) -> Limit:
    """The smaller models' limit, for all lists together."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """It takes all."""
    del entry, now
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """The list's file."""
    del door
    yield ListFile(file_in(account, NAME, meaning, ".txt"), plain_lines, plain_networks)
