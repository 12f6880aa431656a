"""On whom something is done: networks with a reason, an end and the case behind them.

`read_entries` takes what `gatewatch watch cases --format ndjson` writes, or any file of JSON lines
or plain addresses; `spared` says of which of them nothing may ever be done: our own networks and
ways out, addresses that many strangers share, and space that is nobody's home. It never widens a
network, and knows neither the store nor a target.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from gatewatch.model.address import Network, parse_network
from gatewatch.model.errors import ActionRefused, InputUnreadable
from gatewatch.model.moment import iso, parse_moment
from gatewatch.scan.special import block_of

__all__ = [
    "Confidence",
    "Entry",
    "IPNetwork",
    "Meaning",
    "Own",
    "Spared",
    "network_of",
    "read_entries",
    "read_own",
    "require_some",
    "spared",
]

IPNetwork = IPv4Network | IPv6Network

_LONGEST_LINE = 100_000
_MOST = 1_000_000
_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REASON = 200
# What is below the second is no case unless somebody asks for it.
_HIGH, _MEDIUM = 0.9, 0.7
# A home is one IPv4 address, or one prefix that a provider hands out (RFC 6177: /48 to /64). What
# is wider is a street or a town.
_WIDEST = {4: 30, 6: 48}


class Meaning(StrEnum):
    """What a list does to those who are on it."""

    STEP_UP = "step-up"
    """They are asked for more: the VPN, a second factor, a managed device."""
    BLOCK = "block"
    """They are locked out."""


class Confidence(StrEnum):
    """How sure it is that the person sat behind the address."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @classmethod
    def of(cls, share: float) -> "Confidence":
        """The word for 0 to 1; what is below 0.7 is no case unless somebody asks for it."""
        if share >= _HIGH:
            return cls.HIGH
        return cls.MEDIUM if share >= _MEDIUM else cls.LOW


@dataclass(frozen=True, slots=True)
class Entry:
    """One network; `until` is in microseconds since 1970 UTC."""

    network: IPNetwork
    until: int
    case: str = ""
    reason: str = ""
    confidence: Confidence = Confidence.MEDIUM
    shared: str = ""
    """Who else is behind it (`mobile`, `cgnat` ...); empty: it is one home."""

    def to_json(self) -> dict[str, object]:
        """As `from_json` reads it."""
        return {
            "network": str(self.network),
            "until": iso(self.until),
            "case": self.case,
            "reason": self.reason,
            "confidence": self.confidence.value,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Entry":
        """Raises KeyError, TypeError or ValueError for what `to_json` never wrote."""
        return cls(
            ip_network(raw["network"]),
            parse_moment(raw["until"]),
            str(raw["case"]),
            str(raw["reason"]),
            Confidence(raw["confidence"]),
        )


@dataclass(frozen=True, slots=True)
class Own:
    """A network of ours and what it is, such as `egress of the VPN`."""

    network: IPNetwork
    what: str


@dataclass(frozen=True, slots=True)
class Spared:
    """An entry on which nothing is done, and why."""

    entry: Entry
    why: str


def network_of(text: str) -> IPNetwork:
    """The address or CIDR block that `text` writes; raises ValueError with the reason."""
    return _cidr(parse_network(text))


def read_entries(lines: Iterable[str], where: str, until: int) -> list[Entry]:
    """The entries of a file of JSON lines or plain networks; comments begin with `#`.

    `until` is the end of those that name none, and no entry lasts longer. Of a network that stands
    there twice the later end counts. Raises InputUnreadable, which names the line.
    """
    found: dict[IPNetwork, Entry] = {}
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE or len(found) >= _MOST:
            raise _unreadable(where, number, "is too long", "give a list of networks")
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            entry = _entry(text, until)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            what = str(error) if isinstance(error, ValueError) else "names no address"
            mend = 'give an address, a network, or JSON with "ip"'
            raise _unreadable(where, number, what, mend) from None
        known = found.get(entry.network)
        found[entry.network] = entry if known is None or entry.until > known.until else known
    return list(found.values())


def read_own(lines: Iterable[str], where: str) -> list[Own]:
    """Own networks, one a line with words of what it is after a blank; raises InputUnreadable."""
    found = []
    for number, line in enumerate(lines, 1):
        text, _, what = line.partition("#")[0].strip().partition(" ")
        if not text:
            continue
        try:
            found.append(Own(network_of(text), what.strip() or "own network"))
        except ValueError as error:
            mend = "give a network and what it is"
            raise _unreadable(where, number, str(error), mend) from None
    return found


def spared(
    entries: Iterable[Entry], own: Iterable[Own], meaning: Meaning
) -> tuple[list[Entry], list[Spared]]:
    """Those on whom `meaning` may be done, and those on whom it must not, with the reason."""
    ours = list(own)
    kept, left = [], []
    for entry in entries:
        why = next(_against(entry, ours, meaning), None)
        if why is None:
            kept.append(entry)
        else:
            left.append(Spared(entry, why))
    return kept, left


def require_some(entries: list[Entry], left: list[Spared]) -> None:
    """Raises ActionRefused when nobody is left on whom something may be done."""
    if not entries:
        what = "there is nobody on the list" if not left else f"{left[0].why} (the first of them)"
        raise ActionRefused(where="watch act", what=what, mend="give addresses of open cases")


def _against(entry: Entry, own: list[Own], meaning: Meaning) -> Iterator[str]:
    network = entry.network
    for one in own:
        if one.network.version == network.version and one.network.overlaps(network):
            yield f"{network} is our own ({one.what})"
    block = block_of(_range(network))
    # Documentation space is what examples and our own demo are made of.
    if block is not None and block.name != "documentation":
        yield f"{network} is {block.name}, no home ({block.rfc})"
    if network.prefixlen < _WIDEST[network.version]:
        yield f"{network} is wider than one home (/{_WIDEST[network.version]} or longer)"
    if entry.shared:
        yield f"{network} is shared with strangers ({entry.shared})"
    if meaning is Meaning.BLOCK and entry.confidence is Confidence.LOW:
        yield f"{network} is known with low confidence, too little for a block"


def _entry(text: str, until: int) -> Entry:
    if not text.startswith("{"):
        return Entry(network_of(text.partition("#")[0]), until)
    raw = json.loads(text)
    network = network_of(str(raw.get("network") or raw["ip"]))
    asked = parse_moment(raw["until"]) if raw.get("until") else until
    case = str(raw.get("case") or "")
    if case and not _CASE.fullmatch(case):
        raise ValueError("the case is no number or short word")
    return Entry(
        network,
        min(asked, until),
        case,
        str(raw.get("reason") or raw.get("what") or "")[:_REASON],
        _confidence(raw.get("confidence")),
        _shared(raw),
    )


def _confidence(said: object) -> Confidence:
    """A word, or per cent as `watch cases` writes it."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return Confidence.of(said / 100)
    return Confidence(str(said or Confidence.MEDIUM))


def _shared(raw: Mapping[str, object]) -> str:
    """How the record says that strangers are behind the address, too."""
    said = raw.get("shared") or raw.get("excluded") or ""
    if said is True:
        return "shared"
    words = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return next((str(word)[:40] for word in words if str(word).strip()), "")


def _cidr(network: Network) -> IPNetwork:
    version = 4 if network.first.high is None else 6
    bits = 32 if version == 4 else 128
    first, size = network.first.number, network.last.number - network.first.number + 1
    if size & (size - 1) or first % size:
        raise ValueError("a range is no CIDR block: give the blocks that it is made of")
    length = bits - (size.bit_length() - 1)
    return IPv4Network((first, length)) if version == 4 else IPv6Network((first, length))


def _range(network: IPNetwork) -> Network:
    return parse_network(str(network))


def _unreadable(where: str, number: int, what: str, mend: str) -> InputUnreadable:
    return InputUnreadable(where=f"{where}:{number}", what=what, mend=mend)
