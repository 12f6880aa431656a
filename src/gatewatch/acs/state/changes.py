"""What may be changed, one record each; `State.apply` takes many of them at once.

Each says what it gives back. A change never depends on what the caller has read: it carries the
condition under which it holds, and the state says whether it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gatewatch.acs.state.records import (
    AuditEntry,
    Credential,
    Device,
    Document,
    File,
    Parameter,
    Stranger,
    Task,
    TaskState,
)

__all__ = [
    "AddFile",
    "AddTask",
    "Audit",
    "CancelTask",
    "Change",
    "Claim",
    "ConfirmTask",
    "FinishTask",
    "ForgetStranger",
    "Informed",
    "KeepCredential",
    "KeepDocument",
    "Learned",
    "Recover",
    "Release",
    "RemoveCredential",
    "RemoveDevice",
    "RemoveDocument",
    "RemoveFile",
    "StartTask",
    "Strange",
    "Tagged",
]


@dataclass(frozen=True, slots=True)
class Claim:
    """The device is served by the session `token` until a moment. Gives whether it now is.

    Another session's claim must have ended, or be of the same `owner` (a process), whose new
    session replaces its old one. The same token again: the claim goes on.
    """

    device: str
    owner: str
    token: str
    now: int
    until: int


@dataclass(frozen=True, slots=True)
class Recover:
    """Tasks of the device that a session before `token`, which has it now, began and never ended
    (its process was killed) are put back until `not_before`. Gives how many."""

    device: str
    token: str
    not_before: int


@dataclass(frozen=True, slots=True)
class Release:
    """The session has ended. Gives whether the device was still its own."""

    device: str
    token: str


@dataclass(frozen=True, slots=True)
class Informed:
    """A device has called; `first_seen`, `informs` and `tags` of the record are not looked at.

    Gives whether it is new. An empty `model`, `connection_url` or `udp_address` leaves what is
    known, and so does an empty `fault`, unless it is "-".
    """

    device: Device


@dataclass(frozen=True, slots=True)
class Learned:
    """A device has told parameters. Gives the names of those that changed, sorted."""

    device: str
    at: int
    parameters: Mapping[str, Parameter]
    gone: tuple[str, ...] = ()
    """Names that it says it has no longer."""


@dataclass(frozen=True, slots=True)
class AddTask:
    """Gives the task's id."""

    task: Task


@dataclass(frozen=True, slots=True)
class StartTask:
    """The session `token` is about to send it. Gives whether it may: nobody else has it."""

    id: int
    token: str
    now: int


@dataclass(frozen=True, slots=True)
class FinishTask:
    """What came of it; state WAITING puts it back. Gives whether `token` still had it."""

    id: int
    token: str
    at: int
    state: TaskState
    fault: str = ""
    result: str = ""
    not_before: int = 0


@dataclass(frozen=True, slots=True)
class ConfirmTask:
    """A second person agrees to what was proposed. Gives whether it still waited for that."""

    id: int
    at: int


@dataclass(frozen=True, slots=True)
class CancelTask:
    """Gives whether it was still waiting, or proposed."""

    id: int
    at: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class KeepCredential:
    """Adds or replaces the one of that username. Gives None."""

    credential: Credential


@dataclass(frozen=True, slots=True)
class RemoveCredential:
    """Gives whether there was one."""

    username: str


@dataclass(frozen=True, slots=True)
class Strange:
    """Somebody whom nobody knows has called. Gives whether there was room to note it."""

    stranger: Stranger


@dataclass(frozen=True, slots=True)
class ForgetStranger:
    """Gives whether there was one."""

    source: str
    claimed: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """Sets the tags of a device. Gives whether it is known."""

    device: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """Takes a device out with everything that is known of it. Gives whether it was known."""

    device: str


@dataclass(frozen=True, slots=True)
class KeepDocument:
    """Gives whether `document.version` was the current one; it is then one higher."""

    document: Document


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """Gives whether there was one."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class AddFile:
    """Adds a file to the catalogue, or replaces what is said of it. Gives None."""

    file: File


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Gives whether there was one."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Gives the entry's number."""

    entry: AuditEntry


Change = (
    Claim
    | Recover
    | Release
    | Informed
    | Learned
    | AddTask
    | StartTask
    | FinishTask
    | CancelTask
    | ConfirmTask
    | KeepCredential
    | RemoveCredential
    | Strange
    | ForgetStranger
    | Tagged
    | RemoveDevice
    | KeepDocument
    | RemoveDocument
    | AddFile
    | RemoveFile
    | Audit
)
