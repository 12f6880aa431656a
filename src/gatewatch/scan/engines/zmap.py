"""ZMap finds open ports, the connect engine asks there; needs root and ZMap (2.1 or newer).

Debian's ZMap 2.1.1 and 4.x take the options used here. Its own order and blocklist are replaced:
it gets the addresses that may be asked, and no others.
"""

from collections.abc import Sequence
from pathlib import Path

from gatewatch.scan.discovery import DiscoveryEngine, Program, check_program
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan

__all__ = ["NAME", "SENTENCE", "check", "start"]

NAME = "zmap"
SENTENCE = "ZMap finds who listens, connect asks: for wide scopes where few do. Needs root."


def check(plan: Plan) -> None:
    """Raises when ZMap is missing, may not be run, or cannot do this plan."""
    check_program(_PROGRAM, plan)


def start(job: Job) -> DiscoveryEngine:
    """ZMap and a connect engine behind it."""
    return DiscoveryEngine(_PROGRAM, job)


def _command(plan: Plan, allowed: Path) -> list[str]:
    line = plan.line
    more = (("-i", line.interface), ("-S", line.source), ("-G", line.gateway))
    return [
        *("zmap", "-q", "-p", str(plan.port), "-C", "/dev/null", "-b", "/dev/null"),
        *("-w", str(allowed), "-r", str(max(1, int(plan.rate_at(0)))), "-c", "8"),
        *("-e", str(plan.seed % (1 << 31)), "-o", "-"),
        *(word for option, value in more if value for word in (option, value)),
    ]


def _address(words: Sequence[str]) -> str:
    return words[0]


_PROGRAM = Program("zmap", _command, _address)
