"""What the gate hands to an engine, and what the engine hands back."""

from typing import NamedTuple

from gatewatch.model.address import Address
from gatewatch.model.observation import Observation, Unanswered

__all__ = ["Icmp", "Probe", "Result"]

Icmp = tuple[int, int]
"""Type and code of an ICMP (or ICMPv6) error."""


class Probe(NamedTuple):
    """One address to ask, now."""

    turn: int
    """Its place in this process's shard."""
    address: Address
    tls: bool = False
    """Speak TLS first: the address has been asked in plain HTTP and demands it."""


class Result(NamedTuple):
    """What came of one probe."""

    probe: Probe
    record: Observation | Unanswered
    icmp: Icmp | None = None
    """The ICMP error that ended it, if one did."""
    local: bool = False
    """Whether it ended on this machine (no route, a filter of ours): nobody was asked."""
