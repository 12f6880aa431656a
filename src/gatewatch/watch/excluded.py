"""Addresses behind which no single home can be told, and why: counted and said, never joined.

By the company's own assets, by carrier NAT (RFC 6598), by networks of data centres, mobile
carriers and VPNs (`data/watch/networks.toml`, and the company's additions), by the log itself.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from gatewatch.model.address import Network, parse_network
from gatewatch.watch.assets import Asset, AssetKind

__all__ = ["Excluder", "Reason", "known_networks"]

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.int8]


class Reason(StrEnum):
    """Why a sign-in tells nothing of a home."""

    EGRESS = "from our own egress"
    OWN = "from our own networks"
    CARRIER_NAT = "from carrier NAT (100.64.0.0/10)"
    MOBILE = "from a mobile carrier"
    HOSTING = "from a data centre"
    VPN = "from a VPN provider"
    PROXIED = "from a proxy, as the log says"
    SHARED = "from an address that many people share"


_REASONS = tuple(Reason)
_OF_KIND = {
    AssetKind.EGRESS: Reason.EGRESS,
    AssetKind.OWN: Reason.OWN,
    AssetKind.MOBILE: Reason.MOBILE,
    AssetKind.HOSTING: Reason.HOSTING,
    AssetKind.VPN: Reason.VPN,
}


@cache
def known_networks() -> dict[int, Reason]:
    """Why the networks of an AS are left out, by AS number."""
    text = resources.files("gatewatch").joinpath("data/watch/networks.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return {
        int(number): _OF_KIND[AssetKind(kind)]
        for kind, numbers in tables.items()
        for number in numbers
    }


@dataclass
class Excluder:
    """Tells of many addresses at once why they are left out: a place in `reasons`, -1 for none."""

    four: list[tuple[int, int, int]] = field(default_factory=list)
    """First, last, reason; IPv4."""
    six: list[tuple[int, int, int]] = field(default_factory=list)
    """The same for the upper halves of IPv6, signed."""
    numbers: dict[int, int] = field(default_factory=dict)
    """Reason by AS number."""

    reasons = _REASONS

    @classmethod
    def of(cls, assets: Iterable[Asset]) -> "Excluder":
        """What the assets exclude, and what is known anyway."""
        made = cls(numbers={number: _place(why) for number, why in known_networks().items()})
        made._add(parse_network("100.64.0.0/10"), Reason.CARRIER_NAT)
        # The company knows best: its own entries come last, and the last one holds.
        for one in sorted(assets, key=lambda asset: asset.kind is AssetKind.EGRESS):
            if one.network is not None:
                made._add(one.network, _OF_KIND[one.kind])
            elif one.asn is not None:
                made.numbers[one.asn] = _place(_OF_KIND[one.kind])
        return made

    @property
    def knows_egress(self) -> bool:
        """Whether the company has said where its people come out."""
        place = _place(Reason.EGRESS)
        return any(why == place for _, _, why in (*self.four, *self.six)) or (
            place in self.numbers.values()
        )

    def by_address(self, keys: Ints, family: int) -> Marks:
        """Of IPv4 addresses or upper halves of IPv6."""
        marks = np.full(len(keys), -1, dtype=np.int8)
        for first, last, why in self.four if family == 4 else self.six:
            marks[(keys >= first) & (keys <= last)] = why
        return marks

    def by_as(self, asn: Ints) -> Marks:
        """Of AS numbers."""
        marks = np.full(len(asn), -1, dtype=np.int8)
        for number in np.unique(asn):
            if int(number) in self.numbers:
                marks[asn == number] = self.numbers[int(number)]
        return marks

    def _add(self, network: Network, why: Reason) -> None:
        first, last = network.first, network.last
        if first.high is None or last.high is None:
            self.four.append((first.low, last.low, _place(why)))
        else:
            # What is smaller than a /64 stands for the whole of it: one home has at least that.
            self.six.append((first.high, last.high, _place(why)))


def _place(why: Reason) -> int:
    return _REASONS.index(why)
