"""Fortinet FortiGate: an external threat feed of addresses, fetched from a web server.

One network a line, both families; fetched every five minutes unless set otherwise. What is over the
limit is cut without a word. Source: FortiOS administration guide, "IP address threat feed".
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

NAME = "fortigate"
SENTENCE = "FortiGate IP address threat feed: a file that the firewall fetches."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "a policy with this feed as source wants users to authenticate",
    Meaning.BLOCK: "a policy with this feed as source denies",
}
KEYS = (FOLDER,)
EXPIRES = False


def limit(meaning: Meaning) -> Limit:
    """What every release since FortiOS 6 holds in one feed."""
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
