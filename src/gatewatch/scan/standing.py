"""Where a scan stands: what its processes tell, or what their checkpoints say, added up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gatewatch.model.observation import Outcome, Spoke
from gatewatch.scan.book import read_checkpoint
from gatewatch.scan.folder import ScanFolder

__all__ = ["Standing", "standing_on_disk", "together"]

# One in a hundred of ten thousand silent addresses: fewer say nothing about loss.
_LOOKS_LEAST = 100


@dataclass
class Standing:
    """Where a scan stands, all of its processes together."""

    total: int
    sent: int = 0
    """Probes sent in this run."""
    finished: int = 0
    outstanding: int = 0
    room: int = 0
    silent: Counter[str] = field(default_factory=Counter)
    """Addresses that are no service, by outcome."""
    services: Counter[str] = field(default_factory=Counter)
    spoke: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    left_alone: int = 0
    waiting_for: str | None = None
    complete: bool = False
    given_up: bool = False

    @property
    def outcomes(self) -> Counter[str]:
        """How the probes ended."""
        return +(self.silent + self.services)

    @property
    def found(self) -> int:
        """Addresses that accepted the connection."""
        return self.services.total()

    @property
    def http(self) -> int:
        """Services that answered in HTTP."""
        return self.spoke[Spoke.HTTP]

    def loss(self) -> float | None:
        """Share of the answers that are lost on the way; None: too little is known."""
        looks, missed = self.numbers["second_looks"], self.numbers["missed"]
        if looks < _LOOKS_LEAST:
            return None
        silent = self.silent[Outcome.CONNECTION_TIMEOUT]
        unseen = missed / looks * (silent + missed)
        return unseen / (unseen + self.found) if unseen else 0.0


def standing_on_disk(folder: ScanFolder) -> Standing:
    """Where the scan in `folder` stands by its checkpoints; raises ScanDamaged."""
    plan = folder.plan()
    told = []
    for number in range(plan.processes):
        state = read_checkpoint(folder.part(number))
        if state is not None:
            size, low, again = state["size"], state["low"], state["again"]
            told.append({**state, "complete": low == size and not again})
    return together(told, len(plan.part()), plan.processes)


def together(told: Sequence[dict[str, Any]], total: int, processes: int) -> Standing:
    """The sum of what `processes` processes told of `total` addresses."""
    standing = Standing(total)
    for one in told:
        standing.sent += one.get("sent", 0)
        standing.finished += one["finished"]
        standing.outstanding += one.get("outstanding", 0)
        standing.room += one.get("room", 0)
        for name in ("silent", "services", "spoke", "skipped", "numbers"):
            getattr(standing, name).update(one[name])
        left = one["left_alone"]
        standing.left_alone += left if isinstance(left, int) else len(left)
        standing.waiting_for = standing.waiting_for or one.get("waiting_for")
        standing.given_up = standing.given_up or one.get("given_up", False)
    standing.complete = len(told) == processes and all(one["complete"] for one in told)
    return standing
