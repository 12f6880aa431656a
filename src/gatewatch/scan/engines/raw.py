"""Packets of our own, past the kernel's TCP; needs root, nftables and Linux 5.12."""

import os

from gatewatch.model.errors import BadArguments, MissingPrivilege
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan
from gatewatch.scan.raw.engine import RawEngine

__all__ = ["NAME", "SENTENCE", "check", "start"]

NAME = "raw"
SENTENCE = (
    "Packets of our own: sees what connect sees, at many times its speed. Needs root, IPv4 only."
)


def check(plan: Plan) -> None:
    """Raises MissingPrivilege without root, BadArguments for IPv6 or a gateway of one's own."""
    if os.geteuid() != 0:
        raise MissingPrivilege(
            where="--engine raw",
            what="needs root",
            mend="run it with sudo, or take --engine connect",
        )
    if plan.order.families - {4}:
        raise BadArguments(
            where="--engine raw",
            what="asks IPv4 addresses only",
            mend="take --engine connect for IPv6",
        )
    if plan.line.gateway:
        raise BadArguments(
            where="--gateway",
            what="is not for --engine raw, which goes where the system's routes lead",
            mend="leave it out, or set a route",
        )


def start(job: Job) -> RawEngine:
    """The engine of one process."""
    return RawEngine(job.plan, job.gate, stopped=job.stopped, tick=job.tick)
