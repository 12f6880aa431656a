"""What an engine is given: plan, gate, and whom to ask whether to go on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gatewatch.scan.gate import Gate
from gatewatch.scan.plan import Plan

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """One process's part of a scan."""

    plan: Plan
    gate: Gate
    stopped: Callable[[], bool]
    """Asked some twenty times a second."""
    tick: Callable[[], None]
    """To be called as often."""
    folder: Path
    """The scan's folder."""
