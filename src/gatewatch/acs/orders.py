"""Orders: what people, programs and campaigns may have a device do. A closed set, no scripts.

An order is checked before anything is stored, then becomes a task that the device is given when
it next calls. What can strand or empty a device (factory reset; its ACS's address; credentials)
becomes a proposal first, which somebody else has to confirm. Everything is in the audit log.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewatch.acs.firmware import Store, fits
from gatewatch.acs.state.changes import AddTask, Audit, CancelTask, Change, ConfirmTask
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.packing import is_secret
from gatewatch.acs.state.records import AuditEntry, Device, Task, TaskState
from gatewatch.model.errors import DeviceUnknown, OrderRefused
from gatewatch.model.moment import SECOND

__all__ = ["ACTIONS", "Action", "Order", "Orders", "shown_arguments"]

TYPES = (
    "string", "int", "unsignedInt", "long", "unsignedLong", "boolean", "dateTime", "base64",
    "hexBinary",
)  # fmt: skip
LIFE_S = 7 * 24 * 3600
"""An order that its device has not called for within a week is not carried out any more."""
_GUARDED = (
    "ManagementServer.URL",
    "ManagementServer.Username",
    "ManagementServer.Password",
    "ManagementServer.EnableCWMP",
    "ManagementServer.ConnectionRequestUsername",
    "ManagementServer.ConnectionRequestPassword",
)
Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a device may be told to do."""

    sentence: str
    check: Callable[[Arguments], str]
    """What is wrong with the arguments; "" for nothing."""
    guarded: Callable[[Arguments], bool] = lambda _: False
    """Whether a second person has to confirm it."""


def _no_arguments(given: Arguments) -> str:
    return "takes no arguments" if given else ""


def _names(given: Arguments) -> str:
    names = given.get("names")
    if given.keys() != {"names"} or not isinstance(names, list) or not 0 < len(names) <= 1000:
        return 'takes 1 to 1,000 "names"'
    wrong = [name for name in names if not _is_name(name)]
    return f'"{wrong[0]}" is no name of a parameter' if wrong else ""


def _values(given: Arguments) -> str:
    values = given.get("values")
    if given.keys() != {"values"} or not isinstance(values, dict) or not 0 < len(values) <= 200:
        return 'takes 1 to 200 "values"'
    for name, pair in values.items():
        if not _is_name(name) or name.endswith("."):
            return f'"{name}" is no name of a parameter'
        if not isinstance(pair, list) or len(pair) != 2 or pair[1] not in TYPES:
            return f"{name} needs a value and a type, one of {', '.join(TYPES)}"
        if not isinstance(pair[0], str) or len(pair[0]) > 32_768:
            return f"the value of {name} is no text of at most 32,768 characters"
    return ""


def _is_name(name: object) -> bool:
    return (
        isinstance(name, str)
        and 0 < len(name) <= 256
        and name.isprintable()
        and name.startswith(("InternetGatewayDevice.", "Device."))
    )


def _sha256(given: Arguments) -> str:
    return "" if given.keys() == {"sha256"} else 'takes the "sha256" of a file in the catalogue'


def _guarded_values(given: Arguments) -> bool:
    return any(name.endswith(_GUARDED) for name in given["values"])


ACTIONS: Mapping[str, Action] = {
    "get": Action("read parameters", _names),
    "set": Action("set parameters, all or none of them", _values, _guarded_values),
    "refresh": Action("read everything below these names anew", _names),
    "reboot": Action("start the device anew", _no_arguments),
    "factory-reset": Action("make the device forget every setting", _no_arguments, lambda _: True),
    "upgrade": Action("have the device fetch and install a firmware", _sha256),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What became of an order."""

    task: int
    proposed: bool
    """A second person has to confirm it."""


class Orders:
    """Takes orders. `clock` gives microseconds since 1970."""

    def __init__(self, state: State, store: Store, clock: Callable[[], int]) -> None:
        self._state, self._store, self._clock = state, store, clock

    def check(self, device: str, action: str, arguments: Arguments) -> Device:
        """The device, when the order could be given; raises OrderRefused, DeviceUnknown."""
        known = self._state.device(device)
        if known is None:
            raise DeviceUnknown(where=device)
        kind = ACTIONS.get(action)
        if kind is None:
            raise OrderRefused(
                where=action, what="no device is ever told that", mend=f"use {', '.join(ACTIONS)}"
            )
        if wrong := kind.check(arguments):
            raise OrderRefused(where=action, what=wrong, mend="nothing was ordered")
        if action == "upgrade":
            self._check_firmware(known, arguments["sha256"])
        return known

    def _check_firmware(self, device: Device, sha256: str) -> None:
        file = self._state.file(sha256)
        wrong = "is not in the catalogue" if file is None else self._store.check(file)
        if not wrong and file is not None and not fits(file, device):
            wrong = (
                f"is for {', '.join(file.models)} and not for "
                f"{device.oui}/{device.product_class}/{device.hardware}"
            )
        if wrong:
            raise OrderRefused(
                where=device.id,
                what=f"the firmware {sha256[:12]} {wrong}",
                mend='"gatewatch acs firmware list" shows what there is',
            )

    def give(
        self, device: str, action: str, arguments: Arguments, by: str, campaign: str = ""
    ) -> Order:
        """Makes a task of it; raises what `check` raises."""
        self.check(device, action, arguments)
        return self.give_many([device], action, arguments, by, campaign)[0]

    def give_many(
        self,
        devices: Sequence[str],
        action: str,
        arguments: Arguments,
        by: str,
        campaign: str = "",
    ) -> list[Order]:
        """The same order to devices for which it was checked, in one transaction."""
        guarded = ACTIONS[action].guarded(arguments)
        state = TaskState.PROPOSED if guarded else TaskState.WAITING
        body = json.dumps(arguments, separators=(",", ":"), sort_keys=True)
        said = f"{'proposed' if guarded else 'ordered'} {action}"
        detail = shown_arguments(action, arguments)
        now = self._clock()
        tasks: list[Change] = [
            AddTask(
                Task(0, device, action, body, by, campaign, now, 0, now + LIFE_S * SECOND, state)
            )
            for device in devices
        ]
        log: list[Change] = [Audit(AuditEntry(now, by, said, device, detail)) for device in devices]
        numbers = self._state.apply(tasks + log)[: len(tasks)]
        return [Order(number, guarded) for number in numbers]

    def proposals(self) -> list[Task]:
        """What waits for a second person."""
        return self._state.tasks(states=[TaskState.PROPOSED])

    def confirm(self, number: int, by: str, *, alone: bool = False) -> Task:
        """Lets a proposed task go; raises OrderRefused. `alone`: also one's own."""
        task = self._state.task(number)
        if task is None or task.state is not TaskState.PROPOSED:
            raise OrderRefused(
                where=f"task {number}",
                what="does not wait for a second person",
                mend='"gatewatch acs tasks" shows what does',
            )
        if task.by == by and not alone:
            raise OrderRefused(
                where=f"task {number}",
                what=f"{by} has proposed it, and somebody else has to confirm",
                mend="ask a second person, or add --alone where there is none",
            )
        self.check(task.device, task.action, json.loads(task.arguments))
        now = self._clock()
        entry = AuditEntry(now, by, f"confirmed {task.action}", task.device, f"task {number}")
        self._state.apply([ConfirmTask(number, now), Audit(entry)])
        return task

    def cancel(self, number: int, by: str) -> bool:
        """Takes a task back that was not begun; whether it was in time."""
        now = self._clock()
        if not self._state.apply([CancelTask(number, now, f"cancelled by {by}")])[0]:
            return False
        self._state.apply([Audit(AuditEntry(now, by, "cancelled", f"task {number}"))])
        return True


def shown_arguments(action: str, arguments: Arguments) -> str:
    """What an order asks, for logs and people: without what only the device should know."""
    if action == "set":
        pairs = [
            f"{name}={'(hidden)' if is_secret(name) else pair[0][:100]}"
            for name, pair in arguments["values"].items()
        ]
        return ", ".join(pairs)
    return ", ".join(str(one) for one in arguments.get("names", ())) or arguments.get("sha256", "")
