"""masscan finds open ports, the connect engine asks there; needs root and masscan (1.3).

masscan's own banners are not used: its request names neither us nor a contact, and it loses
answers where many ports are open. It gets the addresses that may be asked, and no others.
"""

from collections.abc import Sequence
from pathlib import Path

from gatewatch.scan.discovery import DiscoveryEngine, Program, check_program
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan

__all__ = ["NAME", "SENTENCE", "check", "start"]

NAME = "masscan"
SENTENCE = "masscan finds who listens, connect asks: for wide scopes where few do. Needs root."


def check(plan: Plan) -> None:
    """Raises when masscan is missing, may not be run, or cannot do this plan."""
    check_program(_PROGRAM, plan)


def start(job: Job) -> DiscoveryEngine:
    """masscan and a connect engine behind it."""
    return DiscoveryEngine(_PROGRAM, job)


def _command(plan: Plan, allowed: Path) -> list[str]:
    line = plan.line
    more = (
        ("--interface", line.interface),
        ("--adapter-ip", line.source),
        ("--router-mac", line.gateway),
    )
    return [
        *("masscan", "-p", str(plan.port), "-iL", str(allowed), "-oL", "-"),
        *("--rate", f"{plan.rate_at(0):g}", "--seed", str(plan.seed % (1 << 31)), "--wait", "8"),
        # A lost SYN is sent again, as the system does for connect: without, one in ten was missed.
        *("--retries", "1"),
        *(word for option, value in more if value for word in (option, value)),
    ]


def _address(words: Sequence[str]) -> str:
    """`open tcp 7547 192.0.2.7 1574000000`."""
    return words[3] if len(words) == 5 and words[0] == "open" else ""


_PROGRAM = Program("masscan", _command, _address)
