"""Linux ipset: a file for `ipset restore`, which fills a set beside and swaps it in.

Two sets a meaning, whose entries end by themselves; an iptables rule with `-m set --match-set`
says what it means. Source: ipset(8), `hash:net`, `timeout`, `swap`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.model.moment import SECOND
from gatewatch.watch.accounts import Account
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.list_files import FOLDER, ListFile, file_in
from gatewatch.watch.target import Change, Door, Place, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "ipset"
SENTENCE = "ipset of Linux: a file for ipset restore, whose entries end by themselves."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "iptables rules with this set lead to the VPN's sign-in page",
    Meaning.BLOCK: "iptables rules with this set drop",
}
KEYS = (FOLDER,)
EXPIRES = True
_FAMILIES = {4: "inet", 6: "inet6"}
# ipset(8): "the maximum value is 2147483" seconds, that is 24 days.
_LONGEST_S = 2_147_483
_ADD = re.compile(r"^add \S+ (\S+) timeout \d+$", re.MULTILINE)


def limit(meaning: Meaning) -> Limit:
    """What a set holds of one family unless it is made larger."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """An entry ends after 24 days at most."""
    if entry.until - now > _LONGEST_S * SECOND:
        return "an entry of ipset ends after 24 days at most"
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """The file."""
    del door
    yield ListFile(file_in(account, NAME, meaning, ".ipset"), partial(_script, meaning), _networks)


def _script(meaning: Meaning, change: Change) -> str:
    lines = []
    for version, family in _FAMILIES.items():
        name = f"gatewatch-{meaning}{version}"
        kind = f"hash:net family {family} maxelem {limit(meaning).entries} timeout 0"
        lines += [f"create {name} {kind}", f"create {name}.new {kind}", f"flush {name}.new"]
        for network in in_order([one for one in change.wanted if one.version == version]):
            lines += [f"add {name}.new {network} timeout {_seconds(change, network)}"]
        lines += [f"swap {name}.new {name}", f"destroy {name}.new"]
    return "\n".join([*lines, ""])


def _seconds(change: Change, network: IPNetwork) -> int:
    """How long it stays, 0 for ever."""
    entry = change.wanted[network]
    if entry is None:
        return 0
    return max(1, min(_LONGEST_S, -(-(entry.until - change.now) // SECOND)))


def _networks(text: str) -> Iterable[IPNetwork]:
    if text.strip() and not text.startswith("create gatewatch-"):
        raise ValueError("not of ours")
    return [network_of(found) for found in _ADD.findall(text)]
