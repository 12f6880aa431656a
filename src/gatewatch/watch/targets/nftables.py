"""Linux nftables: one file for `nft -f`, which the kernel takes as a whole or not at all.

Two sets a meaning, whose elements end by themselves. A block drops packets that come in from there;
a step-up only marks them (0x6777), and a rule of yours does what it is to mean. The time left is
counted from the load, so a file that is loaded late lets go late. Source: nft(8), "SETS".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.model.errors import ActionRefused
from gatewatch.model.moment import SECOND
from gatewatch.watch.accounts import Account
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.list_files import FOLDER, ListFile, file_in
from gatewatch.watch.target import Change, Door, Place, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "nftables"
SENTENCE = "nftables of Linux: a file for nft -f, whose sets let entries end by themselves."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "packets from there are marked 0x6777; your rule leads them to the VPN",
    Meaning.BLOCK: "packets from there are dropped",
}
KEYS = (FOLDER,)
EXPIRES = True
_TABLE = "inet gatewatch"
_MARK = "0x6777"
_TYPES = {4: ("ipv4_addr", "ip"), 6: ("ipv6_addr", "ip6")}
_ELEMENT = re.compile(r"^  ([0-9a-f.:]+(?:/\d+)?)(?: timeout \d+s)?,?$", re.MULTILINE)


def limit(meaning: Meaning) -> Limit:
    """Ours: so many were loaded in about a second."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """It takes all."""
    del entry, now
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """The file."""
    del door
    yield ListFile(file_in(account, NAME, meaning, ".nft"), partial(_script, meaning), _networks)


def _script(meaning: Meaning, change: Change) -> str:
    name = meaning.replace("-", "_")
    lines = [
        f"# gatewatch, {meaning}: nft -f makes it so, whole or not at all.",
        f"table {_TABLE} {{",
    ]
    for version, (kind, _) in _TYPES.items():
        lines += [f" set {name}{version} {{ type {kind}; flags interval, timeout; }}"]
    # A chain is made anew each time: flushed below, within the same transaction.
    lines += [f" chain {name} {{ type filter hook prerouting priority mangle; }}", "}"]
    lines += [f"flush chain {_TABLE} {name}"]
    verdict = "drop" if meaning is Meaning.BLOCK else f"meta mark set {_MARK}"
    for version, (_, family) in _TYPES.items():
        lines += [f"flush set {_TABLE} {name}{version}"]
        lines += [f"add rule {_TABLE} {name} {family} saddr @{name}{version} {verdict}"]
        elements = _elements(change, version)
        if elements:
            lines += [f"add element {_TABLE} {name}{version} {{", *elements, "}"]
    return "\n".join([*lines, ""])


def _elements(change: Change, version: int) -> list[str]:
    networks = in_order([one for one in change.wanted if one.version == version])
    for outer, inner in pairwise(networks):
        if outer.overlaps(inner):
            raise ActionRefused(
                where=NAME,
                what=f"{inner} lies within {outer}, and a set holds no element twice",
                mend="leave one of the two out",
            )
    return [f"  {network}{_timeout(change, network)}," for network in networks]


def _timeout(change: Change, network: IPNetwork) -> str:
    entry = change.wanted[network]
    if entry is None:
        return ""
    return f" timeout {max(1, -(-(entry.until - change.now) // SECOND))}s"


def _networks(text: str) -> Iterable[IPNetwork]:
    if text.strip() and not text.startswith("# gatewatch, "):
        raise ValueError("not of ours")
    return [network_of(found) for found in _ELEMENT.findall(text)]
