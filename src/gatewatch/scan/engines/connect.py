"""Ordinary TCP connections, many at a time: the default, needs no privileges."""

from gatewatch.scan.connecting import ConnectEngine
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan

__all__ = ["NAME", "SENTENCE", "check", "start"]

NAME = "connect"
SENTENCE = "Ordinary TCP connections: needs no privileges, asks and reads in one go."


def check(plan: Plan) -> None:
    """Every machine can follow every plan."""
    del plan


def start(job: Job) -> ConnectEngine:
    """The engine of one process."""
    return ConnectEngine(job.plan, job.gate, stopped=job.stopped, tick=job.tick)
