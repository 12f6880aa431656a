"""Cisco ASA: an object-group of networks, as configuration to paste or `copy` to the running one.

The group itself is never removed, since an access list that names it would forbid that: what is
gone is taken out line by line. An entry has no end there, so `watch actions expire` writes the next
file. Source: Cisco ASA command reference, `object-group network` and `network-object`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.watch.accounts import Account
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.list_files import FOLDER, ListFile, file_in
from gatewatch.watch.target import Change, Door, Place, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "cisco-asa"
SENTENCE = "Cisco ASA object-group: configuration that puts networks in and takes them out."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "an aaa authentication match with this group asks for a second factor",
    Meaning.BLOCK: "an access-list with this group as source denies",
}
KEYS = (FOLDER,)
EXPIRES = False
_OBJECT = " network-object "


def limit(meaning: Meaning) -> Limit:
    """Ours: an ASA makes a rule of each entry for each line of an access list."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """It takes all."""
    del entry, now
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """The file of configuration."""
    del door
    path = file_in(account, NAME, meaning, ".cfg")
    yield ListFile(path, partial(_configuration, meaning), _networks)


def _configuration(meaning: Meaning, change: Change) -> str:
    lines = [f"object-group network gatewatch-{meaning}"]
    # In before out: a group that is empty for a moment is one that an ASA refuses to keep in use.
    lines += [f"{_OBJECT}{_words(network)}" for network in in_order(change.wanted.keys())]
    lines += [f" no network-object {_words(network)}" for network in change.removed]
    return "\n".join([*lines, "exit", ""])


def _words(network: IPNetwork) -> str:
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    if network.version == 4:
        return f"{network.network_address} {network.netmask}"
    return str(network)


def _networks(text: str) -> Iterable[IPNetwork]:
    for line in text.splitlines():
        if line.startswith(_OBJECT):
            words = line.removeprefix(_OBJECT).removeprefix("host ").split()
            yield network_of("/".join(words) if len(words) == 1 else _with_mask(*words))
        elif not line.startswith((" no network-object ", "object-group network ", "exit")):
            raise ValueError("not of ours")


def _with_mask(address: str, mask: str) -> str:
    from ipaddress import IPv4Network

    return str(IPv4Network(f"{address}/{mask}"))
