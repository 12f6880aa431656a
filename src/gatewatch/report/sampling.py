"""What a sample says of the whole: estimates with their confidence intervals.

A scan that asked one address in a hundred, chosen by chance, found a hundredth of what is there,
more or less. The interval is Wilson's (1927) for a proportion, which is sound for rare things and
never leaves 0 to 1; the sample size is raised to n / (1 - f), f being the share that was asked,
since what was asked needs no guess (Cochran, Sampling Techniques, 1977, section 2.6). When all was
asked the interval is the count itself.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from gatewatch.model.errors import BadArguments
from gatewatch.model.snapshot import SnapshotInfo

__all__ = ["LEVEL", "Estimate", "asked_in", "count_estimate", "sampled_share", "share_estimate"]

LEVEL = 0.95
"""The confidence of every interval."""
_Z = 1.959963984540054


class Estimate(NamedTuple):
    """The likeliest value, and between what it lies with the confidence `LEVEL`."""

    value: float
    low: float
    high: float


def share_estimate(part: int, base: int, sampled: float = 1.0) -> Estimate:
    """The share that `part` of the `base` things in a sample stands for; `base` is at least 1."""
    share = part / base
    if sampled >= 1:
        return Estimate(share, share, share)
    size = base / (1 - sampled)
    middle = (share + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
    spread = math.sqrt(share * (1 - share) / size + (_Z / (2 * size)) ** 2)
    reach = _Z * spread / (1 + _Z**2 / size)
    return Estimate(share, max(middle - reach, 0.0), min(middle + reach, 1.0))


def count_estimate(found: int, asked: int, sampled: float) -> Estimate:
    """How many there are in all when `asked` addresses, a share `sampled`, held `found`."""
    whole = max(asked, found, 1) / sampled
    share = share_estimate(found, max(asked, found, 1), sampled)
    # What was seen is there, whatever chance says.
    return Estimate(share.value * whole, max(share.low * whole, found), share.high * whole)


def sampled_share(infos: Sequence[SnapshotInfo]) -> float:
    """The share of their scope that these snapshots asked.

    Raises BadArguments when they are samples of different shares, whose counts do not add up.
    """
    shares = {info.sampled for info in infos}
    if len(shares) > 1:
        raise BadArguments(
            where="report",
            what="these snapshots asked different shares of their scope, so counts do not add up",
            mend="choose one with snapshot:ID, or compare them with --over snapshots",
        )
    return shares.pop()


def asked_in(infos: Sequence[SnapshotInfo]) -> int:
    """The addresses that these snapshots asked, as far as they say."""
    return sum(info.hosts + sum(info.unanswered.values()) for info in infos)
