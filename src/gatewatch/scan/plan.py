"""The plan of a scan: everything that is decided before the first packet.

A plan is made once, shown, and then followed; it refuses what is not polite. Sources: ZMap's
scanning best practices, RFC 9511; docs/explanation/conduct.md tells each rule and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import randbits

from gatewatch.model.errors import BadArguments, PoliteRefusal
from gatewatch.scan.exclusions import NO_EXCLUSIONS, Exclusions, read_exclusions
from gatewatch.scan.order import Order
from gatewatch.scan.ranges import Targets
from gatewatch.scan.request import user_agent
from gatewatch.scan.scope import read_scope
from gatewatch.scan.special import special_space

__all__ = ["CWMP_PORT", "DEFAULT_RATE", "Plan", "Timeouts", "make_plan", "require_confirmation"]

CWMP_PORT = 7547  # IANA: cwmp
DEFAULT_RATE = 1_000.0
# All of IPv4 in a day; nothing that is asked for politely needs more.
_FAST = 50_000.0
# What one /24 is asked a second at most, however small the scope.
_NETWORK_RATE = 20.0
_WIDE = 65_536


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, how, how fast and by whom."""

    scope: str
    exclusions: Exclusions
    asked_for: int
    """Addresses that the scope names."""
    left_out: Mapping[str, int]
    """Of these, how many are not asked and why."""
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

    def rate_at(self, index: int) -> float:
        """Probes a second from probe `index` on: slower where few networks are left."""
        return min(self.rate, self.order.segment(index).stride * self.network_rate)

    def seconds(self) -> float:
        """How long sending takes, and the last address's silence."""
        sending = sum(
            (segment.end - segment.first) / self.rate_at(segment.first)
            for segment in self.order.segments
        )
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
            "targets": str(len(self.order)),
            **{f"left_out.{why}": str(count) for why, count in self.left_out.items()},
            "exclusions": self.exclusions.name,
            "exclusions_sha256": self.exclusions.hash,
            "rate": f"{self.rate:g}",
            "network_rate": f"{self.network_rate:g}",
            "seed": f"{self.seed:016x}",
            "user_agent": self.agent,
            "lab": "yes" if self.lab else "no",
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
) -> Plan:
    """The plan for the addresses in the file `scope` without those in the file `exclude`.

    `exclude` and `contact` may be left out in a `lab` only; `fast` allows more than 50,000
    probes a second. Raises BadArguments, BadScope, InputUnreadable and PoliteRefusal.
    """
    _check_numbers(port, rate, fast=fast)
    agent = user_agent(contact, lab=lab)
    exclusions = _exclusions(exclude, lab=lab)
    named = read_scope(scope, lab=lab)
    public = named if lab else named.without(special_space())
    targets = public.without(exclusions.targets)
    if not targets.size:
        raise PoliteRefusal(
            where=scope,
            what=f"all {named.size:,} addresses are excluded",
            mend="name others, or ask those who excluded them",
        )
    seed = randbits(64) if seed is None else seed
    return Plan(
        scope=str(scope),
        exclusions=exclusions,
        asked_for=named.size,
        left_out=_left_out(named, public, targets),
        order=Order(targets, seed),
        seed=seed,
        port=port,
        rate=rate,
        # A lab's networks are our own; its speed is bounded by the rate alone.
        network_rate=rate if lab else _NETWORK_RATE,
        agent=agent,
        lab=lab,
        timeouts=timeouts or Timeouts(),
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
