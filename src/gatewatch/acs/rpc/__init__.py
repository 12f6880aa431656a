"""The methods of CWMP, one file each; this listing is the registry.

A file `<method>.py` has
- `METHOD`, its name in TR-069, and `SENTENCE`, what it is for;
- if we ask it of devices: `ask(arguments)`, the requests that a task with these arguments (JSON)
  sends one after the other, which raises BadArguments; and `answered(asked, answer, arguments)`,
  what an answer means. `refused(asked, fault, arguments)` too, where a fault means more than
  `outcome.by_fault` knows; it may ask for less;
- if devices ask it of us: `heard(request, hearing)`, what we answer and what is to be kept.

They know nothing of each other, of sessions and of the database.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from gatewatch.acs.outcome import Answered, Hearing, Outcome, by_fault
from gatewatch.protocol.cwmp import MESSAGES, Fault, Request, Response, version_of

__all__ = ["Asked", "Served", "asked", "outcome_of", "rpcs", "served", "served_in"]


class Asked(Protocol):
    """A method that we ask of devices."""

    METHOD: str
    SENTENCE: str

    def ask(self, arguments: Mapping[str, Any]) -> tuple[Request, ...]:
        """The requests; raises BadArguments."""

    def answered(self, asked: Any, answer: Any, arguments: Mapping[str, Any]) -> Outcome:
        """What the response to one of them means."""


class Served(Protocol):
    """A method that devices ask of us."""

    METHOD: str
    SENTENCE: str

    def heard(self, request: Any, hearing: Hearing) -> Answered:
        """What to answer, and what to keep before."""


@cache
def rpcs() -> Mapping[str, ModuleType]:
    """Every file by its stem, which is also what a task calls its action."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}") for name in names}


@cache
def asked() -> Mapping[str, Asked]:
    """Those that we ask, by stem."""
    return {name: one for name, one in rpcs().items() if hasattr(one, "ask")}


@cache
def _by_method() -> Mapping[str, Asked]:
    return {one.METHOD: one for one in asked().values()}


def outcome_of(request: Request, answer: Response | Fault, arguments: Mapping[str, Any]) -> Outcome:
    """What `answer` to `request` means for the task with these arguments."""
    method = _by_method()[request.METHOD]
    if not isinstance(answer, Fault):
        return method.answered(request, answer, arguments)
    refused = getattr(method, "refused", None)
    return refused(request, answer, arguments) if refused else by_fault(answer)


@cache
def served() -> Mapping[str, Served]:
    """Those that devices ask, by METHOD."""
    return {one.METHOD: one for one in rpcs().values() if hasattr(one, "heard")}


@cache
def served_in(namespace: str) -> tuple[str, ...]:
    """The methods that a device may ask that speaks CWMP in `namespace`."""
    version = version_of(namespace) or "1.0"
    return tuple(sorted(name for name in served() if version >= MESSAGES[name].SINCE))
