"""First contact: a device comes with a shared word and leaves with one of its own.

Who holds a credential of first contact may be any device that has none of its own yet. It gets
new, random ones for both directions in that very session; the shared one is good for it until it
has called with its own. After that, somebody who comes with the shared word and the name of a
device that has its own is a stranger: a box that was reset, which an operator approves, or a liar.
"""

import json
from dataclasses import replace
from secrets import token_hex, token_urlsafe

from gatewatch.acs.identity import Known
from gatewatch.acs.state.changes import (
    AddTask,
    Audit,
    Change,
    KeepCredential,
    RemoveCredential,
)
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import AuditEntry, Credential, Task

__all__ = ["enrol", "first_use", "may_be"]


def may_be(state: State, caller: Known, device: str) -> bool:
    """Whether `caller`, who holds a credential of first contact, may be `device`."""
    return caller.by == "lab" or not any(one.used for one in state.credentials(device))


def enrol(state: State, device: str, root: str, caller: Known, at: int) -> list[Change]:
    """What gives `device` credentials of its own; nothing if it has them, or tells no root."""
    if caller.by == "lab" or caller.device or not root or state.credentials(device):
        return []
    name, word = f"gw-{token_hex(8)}", token_urlsafe(18)
    asking, asking_word = f"acs-{token_hex(4)}", token_urlsafe(18)
    made = Credential(name, word, device, at, asking, asking_word)
    below = f"{root}ManagementServer."
    values = {
        "Username": name,
        "Password": word,
        "ConnectionRequestUsername": asking,
        "ConnectionRequestPassword": asking_word,
    }
    listed = [{"name": f"{below}{key}", "value": value} for key, value in values.items()]
    task = Task(
        0, device, "set_parameter_values", json.dumps({"parameters": listed}), "acs", "", at
    )
    log = AuditEntry(at, "acs", "enrolled", device, f"by the credential {caller.username}")
    return [KeepCredential(made), AddTask(task), Audit(log)]


def first_use(state: State, credential: Credential, at: int) -> list[Change]:
    """What follows when a device first calls with its own credential: the older ones go."""
    if credential.used or not credential.device:
        return []
    older = [
        RemoveCredential(one.username)
        for one in state.credentials(credential.device)
        if one.username != credential.username and one.created <= credential.created
    ]
    return [*older, KeepCredential(replace(credential, used=at))]
