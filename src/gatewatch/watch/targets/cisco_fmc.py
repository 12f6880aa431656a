"""Cisco Secure Firewall (FMC): a Security Intelligence feed, fetched from a web server.

One network a line. FMC takes a file of which a single line is right, so a wrong one is never
written. Source: Firepower Management Center configuration guide, "Security Intelligence".
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

NAME = "cisco-fmc"
SENTENCE = "Cisco FMC Security Intelligence feed: a file that it fetches."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "monitor-only: the identity policy asks those whom the feed names",
    Meaning.BLOCK: "a feed on the block list drops before any other rule",
}
KEYS = (FOLDER,)
EXPIRES = False


def limit(meaning: Meaning) -> Limit:
    """What fits into a feed of 500 MB."""
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
