"""The plan of a scan: everything that is decided before the first packet.

A plan is made once, shown, and then followed; it refuses what is not polite. Sources: ZMap's
scanning best practices, RFC 9511; docs/explanation/conduct.md tells each rule and why.
"""

import os
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf
from pathlib import Path
from secrets import randbits

from gatewatch.model.address import Address
from gatewatch.model.errors import BadArguments, PoliteRefusal
from gatewatch.scan.exclusions import NO_EXCLUSIONS, Exclusions, read_exclusions
from gatewatch.scan.order import Order
from gatewatch.scan.ranges import Targets
from gatewatch.scan.request import user_agent
from gatewatch.scan.scope import AsNetworks, read_scope
from gatewatch.scan.shard import Shard
from gatewatch.scan.special import special_space

__all__ = [
    "CWMP_PORT",
    "DEFAULT_RATE",
    "NETWORK_RATE",
    "Line",
    "Plan",
    "Timeouts",
    "make_plan",
    "require_confirmation",
]

CWMP_PORT = 7547  # IANA: cwmp
DEFAULT_RATE = 1_000.0
# All of IPv4 in a day; nothing that is asked for politely needs more.
_FAST = 50_000.0
# What one /24 is asked a second at most, however small the scope.
NETWORK_RATE = 20.0
# What the networks of one provider are asked a second at most, where network data tells them.
AS_RATE = 200.0
_WIDE = 65_536
# A SYN on Ethernet: 44 bytes of IP in a minimal frame, preamble and gap; and one that is re-sent.
_PROBE_BITS = 84 * 8 * 2
# What one process does with ease; a second one costs start-up and memory.
_PROCESS_RATE = 2_500.0
# Networks that stand for all when shares of them are estimated.
_LOOKED_AT = 65_536


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds; each is one deadline for one target, not a pause between two bytes."""

    connect: float = 1.95
    """Closing at 1.95 s lets two SYNs out: since Linux 6.5 the second goes at 1 s, the third at
    2 s (tcp_syn_linear_timeouts), and TCP_SYNCNT does not prevent it."""
    first_byte: float = 5.0
    """From the request to the first byte."""
    whole: float = 10.0
    """From the connection to the end."""
    again: float = 20.0
    """From the end of a first try to the second one."""


@dataclass(frozen=True, slots=True)
class Line:
    """Which way an engine that builds packets itself sends them; empty: as the system would."""

    interface: str = ""
    source: str = ""
    """Our address."""
    gateway: str = ""
    """Hardware address of the next hop."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, how, how fast and by whom."""

    scope: str
    exclusions: Exclusions
    asked_for: int
    """Addresses that the scope names."""
    left_out: Mapping[str, int]
    """Of these, how many are not asked and why."""
    targets: Targets
    """The others: who may be asked."""
    order: Order
    seed: int
    port: int
    rate: float
    """Probes a second, at most."""
    network_rate: float
    """Probes a second to one /24 (or /48 of IPv6), at most."""
    agent: str
    """The User-Agent of every request."""
    lab: bool
    timeouts: Timeouts
    engine: str = "connect"
    shard: tuple[int, int] = (0, 1)
    """Which of how many shards, counted from 0; `rate` is that of all of them together."""
    processes: int = 1
    sample: float = 1.0
    """Share of the addresses that is asked."""
    line: Line = Line()
    caps: tuple[float, ...] = ()
    """Probes a second in each segment of the order, at most, for the sake of its providers."""

    def part(self) -> Shard:
        """This plan's shard of the order."""
        return Shard(self.order, *self.shard)

    def pace(self, shard: Shard, turn: int) -> float:
        """Probes a second for one shard, or part of one, from its probe `turn` on."""
        segment, strata, _ = shard.stretch(turn)
        return self.rate_at(segment.first) * strata / segment.stride

    def rate_at(self, index: int) -> float:
        """Probes a second from probe `index` on: slower where few networks are left."""
        number = self.order.segment_number(index)
        cap = self.caps[number] if self.caps else inf
        return min(self.rate, self.order.segments[number].stride * self.network_rate, cap)

    def top_rate(self) -> float:
        """The most probes a second that will be sent by all shards together."""
        return max(self.rate_at(segment.first) for segment in self.order.segments)

    def bits_per_second(self) -> float:
        """The most that goes out on the wire, when nobody answers and every SYN is re-sent."""
        return self.top_rate() * _PROBE_BITS

    def wide_rate(self) -> float:
        """Probes a second that one /16 (or /32 of IPv6) sees at most, over a round."""
        blocks = [
            (address.high is None, address.number >> (16 if address.high is None else 96))
            for address in self.looked_at()
        ]
        return self._most_seen(self._crowding(blocks))

    def as_rate(self, numbers: Sequence[int]) -> float:
        """Probes a second that one AS sees at most; `numbers` are those of `looked_at`."""
        return self._most_seen(self._crowding([number or None for number in numbers]))

    def eased(self, numbers: Sequence[int]) -> "Plan":
        """This plan, slower where an AS would see more than AS_RATE; as for `as_rate`."""
        if self.lab:
            return self
        shares = self._crowding([number or None for number in numbers])
        return replace(self, caps=tuple(AS_RATE / share if share else inf for share in shares))

    def looked_at(self) -> list[Address]:
        """An address of every network, or of 65,536 of them that are spread evenly."""
        first = self.order.segments[0]
        return [self.order.address(first.first + at) for at in range(min(first.stride, _LOOKED_AT))]

    def _most_seen(self, shares: Sequence[float]) -> float:
        return max(
            self.rate_at(segment.first) * share
            for segment, share in zip(self.order.segments, shares, strict=True)
        )

    def _crowding(self, keys: Sequence[Hashable]) -> list[float]:
        """For each segment the share of its networks that have the most frequent key; None is no
        key. The networks of a later segment are the first ones of each before."""
        counts: Counter[Hashable] = Counter()
        most, done, shares = 0, 0, []
        for segment in reversed(self.order.segments):
            end = min(segment.stride, len(keys))
            for key in keys[done:end]:
                if key is not None:
                    counts[key] += 1
                    most = max(most, counts[key])
            done = end
            shares.append(most / end)
        return shares[::-1]

    def seconds(self) -> float:
        """How long this shard takes, sending and the last address's silence."""
        shard = self.part()
        turn, sending = 0, 0.0
        while turn < len(shard):
            last = shard.stretch(turn)[2]
            sending += (last + 1 - turn) / self.pace(shard, turn)
            turn = last + 1
        return sending + self.timeouts.connect

    def network_gap_s(self) -> float | None:
        """Least time between two probes to one /24 (or /48); None: none is asked twice."""
        gaps = [
            segment.stride / self.rate_at(segment.first)
            for segment in self.order.segments
            if segment.first_round + segment.rounds > 1
        ]
        return min(gaps, default=None)

    def details(self) -> dict[str, str]:
        """What a snapshot keeps of its plan."""
        return {
            "port": str(self.port),
            "scope_addresses": str(self.asked_for),
            "targets": str(len(self.part())),
            **{f"left_out.{why}": str(count) for why, count in self.left_out.items()},
            "exclusions": self.exclusions.name,
            "exclusions_sha256": self.exclusions.hash,
            "rate": f"{self.rate:g}",
            "network_rate": f"{self.network_rate:g}",
            "seed": f"{self.seed:016x}",
            "user_agent": self.agent,
            "lab": "yes" if self.lab else "no",
            "engine": self.engine,
            "shard": f"{self.shard[0] + 1}/{self.shard[1]}",
            "sample": f"{self.sample:g}",
        }


def make_plan(
    scope: Path,
    exclude: Path | None,
    *,
    contact: str | None,
    port: int = CWMP_PORT,
    rate: float = DEFAULT_RATE,
    lab: bool = False,
    fast: bool = False,
    seed: int | None = None,
    timeouts: Timeouts | None = None,
    engine: str = "connect",
    shard: tuple[int, int] = (0, 1),
    processes: int | None = None,
    sample: float = 1.0,
    line: Line | None = None,
    networks_of: AsNetworks | None = None,
) -> Plan:
    """The plan for the addresses in the file `scope` without those in the file `exclude`.

    `exclude` and `contact` may be left out in a `lab` only; `fast` allows more than 50,000
    probes a second; `networks_of` gives the networks of an AS number. `processes` follows from
    the rate unless given. Raises BadArguments, BadScope, InputUnreadable and PoliteRefusal.
    """
    _check_numbers(port, rate, fast=fast)
    agent = user_agent(contact, lab=lab)
    exclusions = _exclusions(exclude, lab=lab)
    named = read_scope(scope, lab=lab, networks_of=networks_of)
    public = named if lab else named.without(special_space())
    targets = public.without(exclusions.targets)
    if not targets.size:
        raise PoliteRefusal(
            where=scope,
            what=f"all {named.size:,} addresses are excluded",
            mend="name others, or ask those who excluded them",
        )
    seed = randbits(64) if seed is None else seed
    order = Order(targets, seed, sample)
    return Plan(
        scope=str(scope),
        exclusions=exclusions,
        asked_for=named.size,
        left_out=_left_out(named, public, targets),
        targets=targets,
        order=order,
        seed=seed,
        port=port,
        rate=rate,
        # A lab's networks are our own; its speed is bounded by the rate alone.
        network_rate=rate if lab else NETWORK_RATE,
        agent=agent,
        lab=lab,
        timeouts=timeouts or (Timeouts(again=1.0) if lab else Timeouts()),
        engine=engine,
        shard=shard,
        processes=_processes(order, shard, rate, processes),
        sample=sample,
        line=line or Line(),
    )


def require_confirmation(plan: Plan, *, confirmed: bool) -> None:
    """Raises PoliteRefusal for a wide scope that nobody confirmed."""
    if len(plan.order) > _WIDE and not confirmed:
        raise PoliteRefusal(
            where=plan.scope,
            what=f"names {len(plan.order):,} addresses, more than {_WIDE:,}",
            mend="add --yes when that is what you mean",
        )


def _check_numbers(port: int, rate: float, *, fast: bool) -> None:
    if not 1 <= port <= 65_535:
        raise BadArguments(where="--port", what=f"{port} is no port", mend="give 1 to 65535")
    if not 0 < rate <= 1_000_000:
        raise BadArguments(
            where="--rate", what=f"{rate:g} is no rate", mend="give probes a second, such as 1000"
        )
    if rate > _FAST and not fast:
        raise PoliteRefusal(
            where="--rate",
            what=f"{rate:,.0f} probes a second is more than {_FAST:,.0f}",
            mend="go slower, or add --fast when your provider and you have agreed on it",
        )


def _processes(order: Order, shard: tuple[int, int], rate: float, wanted: int | None) -> int:
    """As many as asked for, or as the rate needs and cores allow; each has a network at least."""
    networks = Shard(order, *shard).networks if len(order) else 0
    if not networks:
        raise BadArguments(
            where="scan",
            what="nothing is left to ask in this shard or sample",
            mend="take fewer shards, a larger sample or a wider scope",
        )
    if wanted is None:
        wanted = min(os.cpu_count() or 1, ceil(rate / shard[1] / _PROCESS_RATE))
    return min(wanted, networks)


def _largest(blocks: Counter[tuple[bool, int]]) -> int:
    return max(blocks.values())


def _exclusions(path: Path | None, *, lab: bool) -> Exclusions:
    if path is not None:
        return read_exclusions(path)
    if lab:
        return NO_EXCLUSIONS
    raise PoliteRefusal(
        where="scan",
        what="no exclusions are given",
        mend="add --exclude FILE with all who asked to be left out; an empty file says nobody did",
    )


def _left_out(named: Targets, public: Targets, targets: Targets) -> dict[str, int]:
    return {
        "special_purpose": named.size - public.size,
        "exclusions": public.size - targets.size,
    }
