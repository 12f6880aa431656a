"""What an order means in CWMP: a task of ours as the task of one RPC.

Orders speak of what people want (`acs/orders.py`), RPCs of what devices are asked (`acs/rpc/`).
A task that already names an RPC passes as it is. An upgrade is looked at once more before its
device hears of it, and gets a link of its own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gatewatch.acs.firmware import Store, fits
from gatewatch.acs.links import link_change
from gatewatch.acs.state.changes import Change
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Task

__all__ = ["Carried", "Carrier"]

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """The task as a session takes it, what has to be kept before; or why it cannot be."""

    task: Task
    changes: tuple[Change, ...] = ()
    refused: str = ""


class Carrier:
    """Translates tasks."""

    def __init__(self, state: State, store: Store, public_url: Callable[[], str]) -> None:
        """`public_url` gives where devices reach our files, without a slash at its end."""
        self._state, self._store, self._public_url = state, store, public_url

    def carried(self, task: Task, address: str, now: int) -> Carried:
        """`task` for a device that calls from `address`."""
        try:
            arguments: Arguments = json.loads(task.arguments)
            if task.action == "upgrade":
                return self._upgrade(task, arguments["sha256"], address, now)
            make = _RPC.get(task.action)
            if make is None:
                return Carried(task)
            action, made = make(arguments)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Carried(task, refused="its arguments are not those of an order")
        return Carried(replace(task, action=action, arguments=json.dumps(made)))

    def _upgrade(self, task: Task, sha256: str, address: str, now: int) -> Carried:
        file, device = self._state.file(sha256), self._state.device(task.device)
        if file is None or device is None:
            return Carried(task, refused="the firmware is not in the catalogue any more")
        if not fits(file, device):
            return Carried(task, refused="the firmware is for another model")
        if wrong := self._store.check(file):
            return Carried(task, refused=f"the firmware is not what was signed: {wrong}")
        path, change = link_change(file, device.id, address, now)
        arguments = {
            "url": f"{self._public_url()}{path}",
            "file_type": "1 Firmware Upgrade Image",
            "file_size": file.size,
        }
        made = replace(task, action="download", arguments=json.dumps(arguments))
        return Carried(made, (change,))


def _get(given: Arguments) -> tuple[str, Arguments]:
    return "get_parameter_values", {"names": given["names"]}


def _set(given: Arguments) -> tuple[str, Arguments]:
    listed = [
        {"name": name, "value": value, "type": kind}
        for name, (value, kind) in given["values"].items()
    ]
    return "set_parameter_values", {"parameters": listed}


def _refresh(given: Arguments) -> tuple[str, Arguments]:
    names = given["names"]
    if len(names) == 1 and names[0].endswith("."):
        return "get_parameter_names", {"path": names[0], "walk": True}
    return "get_parameter_values", {"names": names}


_RPC: dict[str, Callable[[Arguments], tuple[str, Arguments]]] = {
    "get": _get,
    "set": _set,
    "refresh": _refresh,
    "reboot": lambda _: ("reboot", {}),
    "factory-reset": lambda _: ("factory_reset", {}),
}
