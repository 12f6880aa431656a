"""Engines: how the addresses of a plan are asked, one file each; this listing is the registry.

An engine is a module with
- `NAME`: what users call it; `SENTENCE`: what it is, for help and the reference page;
- `check(plan)`: raises MissingPrivilege, SystemRefusal or BadArguments when this machine cannot;
- `start(job) -> Engine`: an engine of this process's part of the plan (job.py).
What an engine asks it gets from the gate, probe by probe or many at once, and from nowhere else:
scope, exclusions, order, rate, pauses and second tries are decided there. It yields a `Result`
for every probe it took, or puts the probe back; `stopped` is asked and `tick` called some twenty
times a second. It ends when the gate has no more and nothing is under way, or when stopped.
"""

import pkgutil
from collections.abc import Generator
from functools import cache
from importlib import import_module
from typing import Protocol

from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan
from gatewatch.scan.probe import Result

__all__ = ["Engine", "EngineModule", "engine_names", "load_engine"]


class Engine(Protocol):
    """One run of an engine."""

    @property
    def outstanding(self) -> int:
        """Probes under way."""

    @property
    def room(self) -> int:
        """Probes under way, at most."""

    def results(self) -> Generator[Result, None, None]:
        """Runs it, once; closing the generator ends what is under way."""


class EngineModule(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str

    def check(self, plan: Plan) -> None:
        """Raises when this machine cannot run the plan."""

    def start(self, job: Job) -> Engine:
        """An engine of this process's part of the plan."""


@cache
def engine_names() -> tuple[str, ...]:
    """Every engine, sorted; found by listing this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load_engine(name: str) -> EngineModule:
    """The engine of this name, one of `engine_names`."""
    return import_module(f"{__name__}.{name}")
