"""Answers from a file instead of the network: the same plan, order, gate and book, and no packet.

`gatewatch scan run --engine replay --answers FILE` reads any format that `import` reads. Whoever is
not in the file is silent.
"""

from collections.abc import Generator

from gatewatch.model.errors import BadArguments
from gatewatch.model.observation import Outcome, Unanswered
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan
from gatewatch.scan.probe import Result
from gatewatch.scan.spool import read_spool

__all__ = ["ANSWERS", "NAME", "SENTENCE", "check", "start"]

NAME = "replay"
SENTENCE = "Answers from a file of another scan, for a rehearsal: sends nothing."
ANSWERS = "replayed.spool"
"""The file of answers in the scan's folder."""

_SILENT = Unanswered(Outcome.CONNECTION_TIMEOUT)
_AT_A_TIME = 1000


def check(plan: Plan) -> None:
    """Raises BadArguments for several processes, each of which would read the whole file."""
    if plan.processes > 1:
        raise BadArguments(
            where="--engine replay", what="is one process", mend="leave out --processes"
        )


def start(job: Job) -> "ReplayEngine":
    """An engine that reads the answers of the scan's folder."""
    return ReplayEngine(job)


class ReplayEngine:
    """Answers at once, from memory."""

    outstanding = 0
    room = _AT_A_TIME

    def __init__(self, job: Job) -> None:
        self._job = job
        self._answers = {entry.seen.ip: entry.seen for entry in read_spool(job.folder / ANSWERS)}

    def results(self) -> Generator[Result, None, None]:
        """Runs it, once."""
        gate = self._job.gate
        while not self._job.stopped() and gate.has_more():
            probes = gate.take(_AT_A_TIME, gate.clock())
            for probe in probes:
                yield Result(probe, self._answers.get(probe.address) or _SILENT)
            self._job.tick()
            if not probes:
                gate.wait()
