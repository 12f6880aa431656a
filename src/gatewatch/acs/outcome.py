"""What an answer of a device means for the task that asked: done, go on, again later, or failed.

Nothing here waits or draws lots: how long to wait is said in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from gatewatch.acs.state.changes import Change
from gatewatch.acs.state.records import Parameter
from gatewatch.protocol.cwmp import Fault, Request, Response, fault_name

__all__ = [
    "Answered",
    "Hearing",
    "Outcome",
    "Verdict",
    "again",
    "by_fault",
    "done",
    "failed",
    "retry_wait",
]


class Verdict(StrEnum):
    """Where a task is after an answer."""

    DONE = "done"
    """This request is; the task is once no other of its requests is left."""
    AGAIN = "again"
    """Later, in another session."""
    FAILED = "failed"
    """Asking again would give the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request."""

    verdict: Verdict
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """What the device told."""
    writable: Mapping[str, bool] = field(default_factory=dict)
    """Which names may be set; put to the values that the same task reads."""
    gone: tuple[str, ...] = ()
    """Names that it says it does not have; one with a dot at its end means all below."""
    more: tuple[Request, ...] = ()
    """To be asked next for the same task, before whatever else the task still asks."""
    result: Mapping[str, Any] = field(default_factory=dict)
    """For people, as JSON; without secrets."""
    fault: str = ""
    """Why it did not work, on one line; a device's words in it are not escaped."""
    wait_s: int = 0
    """With AGAIN: not before; 0 leaves it to how often it was tried."""


class Hearing(NamedTuple):
    """Who asks us, when, and how."""

    device: str
    """The key that was proven, or as a stranger claims it."""
    at: int
    address: str
    namespace: str
    served: tuple[str, ...] = ()
    """What this ACS serves in that version of CWMP."""


class Answered(NamedTuple):
    """What a request of a device leads to."""

    response: Response
    changes: tuple[Change, ...] = ()


# What it means when a device refuses with this code, unless the method knows better. 9001, a
# denial, is for good; what lacked memory, or a file server, may work later (TR-069 A.5.1).
_LATER = frozenset({9002, 9004, 9010, 9011, 9014, 9015, 9016, 9017, 9020, 9027})
_FIRST_WAIT_S, _LONGEST_WAIT_S = 300, 24 * 3600


def done(**more: Any) -> Outcome:
    """It worked; `more` are fields of Outcome."""
    return Outcome(Verdict.DONE, **more)


def failed(fault: str, **more: Any) -> Outcome:
    """It will never work."""
    return Outcome(Verdict.FAILED, fault=fault, **more)


def again(fault: str, **more: Any) -> Outcome:
    """It may work later."""
    return Outcome(Verdict.AGAIN, fault=fault, **more)


def by_fault(fault: Fault) -> Outcome:
    """What `fault` means for any method."""
    told = fault.told
    for one in fault.parameters[:20]:
        told += f"; {one.name}: {one.code} {fault_name(one.code)}"
    # A fault of SOAP alone says that something broke, not that it will again.
    return again(told) if fault.code in _LATER or not fault.code else failed(told)


def retry_wait(tries: int) -> int:
    """Seconds before the next try after `tries` of them: 300, doubled each time, at most a day."""
    return min(_FIRST_WAIT_S << min(max(tries - 1, 0), 16), _LONGEST_WAIT_S)
