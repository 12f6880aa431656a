"""A scan under way: follows a plan and counts.

`records` is what the pipeline stores: one observation for each service, one `Unanswered` for
each address that is none. When it ends, `details` holds the plan and what came of it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event
from time import time_ns
from typing import NamedTuple

from gatewatch.model.moment import iso
from gatewatch.model.observation import Observation, Outcome, Spoke, Unanswered
from gatewatch.scan.connect import ConnectEngine
from gatewatch.scan.plan import Plan

__all__ = ["Progress", "Scan"]


class Progress(NamedTuple):
    """Where a scan stands."""

    total: int
    sent: int
    finished: int
    outstanding: int
    services: int
    """Addresses that accepted the connection."""
    http: int
    """Services that answered in HTTP."""


class Scan:
    """One run of a plan."""

    def __init__(
        self,
        plan: Plan,
        *,
        stop: Event | None = None,
        tick: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """`stop`, once set, ends the scan early; `tick` is called some twenty times a second."""
        self.plan = plan
        self.outcomes: Counter[Outcome] = Counter()
        """How the probes ended."""
        self.spoke: Counter[Spoke] = Counter()
        """How much the services showed of themselves."""
        self.started_at = self.ended_at = 0
        """Microseconds since 1970 UTC."""
        self.details: dict[str, str] = plan.details()
        """What a snapshot keeps of the scan; complete once `records` has ended."""
        self._stop = stop or Event()
        self._tick = tick
        self._engine = ConnectEngine(plan, stopped=self._stop.is_set, tick=self._report)

    @property
    def finished(self) -> int:
        """Probes whose end is known."""
        return self.outcomes.total()

    @property
    def complete(self) -> bool:
        """Whether every address of the plan was asked and its end is known."""
        return self.finished == len(self.plan.order)

    def progress(self) -> Progress:
        """Where it stands."""
        return Progress(
            total=len(self.plan.order),
            sent=self._engine.sent,
            finished=self.finished,
            outstanding=self._engine.outstanding,
            services=self.spoke.total(),
            http=self.spoke[Spoke.HTTP],
        )

    def records(self) -> Iterator[Observation | Unanswered]:
        """Runs the scan, once."""
        self.started_at = time_ns() // 1000
        try:
            for result in self._engine.results():
                self._count(result.record)
                yield result.record
        finally:
            self.ended_at = time_ns() // 1000
            self.details |= {
                "started": iso(self.started_at),
                "ended": iso(self.ended_at),
                "finished": str(self.finished),
                **{f"outcome.{name}": str(count) for name, count in sorted(self.outcomes.items())},
            }

    def _count(self, record: Observation | Unanswered) -> None:
        if isinstance(record, Unanswered):
            self.outcomes[record.outcome] += 1
        else:
            self.outcomes[record.answer.outcome] += 1
            self.spoke[record.answer.spoke] += 1

    def _report(self) -> None:
        self._tick(self.progress())
