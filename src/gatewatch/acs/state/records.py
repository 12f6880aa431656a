"""What is remembered, one record each. Moments are microseconds since 1970 in UTC."""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "AuditEntry",
    "Credential",
    "Device",
    "Document",
    "File",
    "HistoryEntry",
    "Parameter",
    "Stranger",
    "Task",
    "TaskState",
]


@dataclass(frozen=True, slots=True)
class Device:
    """One device that has proven who it is; what it says of itself is only what it says."""

    id: str
    """OUI-ProductClass-SerialNumber, each percent-escaped."""
    manufacturer: str = ""
    oui: str = ""
    product_class: str = ""
    serial: str = ""
    root: str = ""
    """`InternetGatewayDevice.` or `Device.`."""
    model: str = ""
    hardware: str = ""
    software: str = ""
    address: str = ""
    """Where its last Inform came from."""
    connection_url: str = ""
    udp_address: str = ""
    namespace: str = ""
    first_seen: int = 0
    last_inform: int = 0
    informs: int = 0
    events: tuple[str, ...] = ()
    """Of the last Inform."""
    fault: str = ""
    """The last one that it answered, or that a session ended with."""
    tags: tuple[str, ...] = ()
    """Given by people."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as the device last told it; None: never told."""

    value: str
    type: str = "string"
    writable: bool | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One parameter that was seen to have changed."""

    at: int
    name: str
    before: str | None
    after: str | None


class TaskState(StrEnum):
    """Where a task is in its life."""

    PROPOSED = "proposed"
    """Waits for a second person."""
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a device is to be asked when it next calls."""

    id: int
    """0: the state gives one."""
    device: str
    action: str
    """One of a closed set: the stem of a file in acs/actions or acs/rpc."""
    arguments: str = "{}"
    """JSON; sealed at rest, since passwords travel here."""
    by: str = ""
    """Who asked for it."""
    campaign: str = ""
    created: int = 0
    not_before: int = 0
    expires: int = 0
    """0: never."""
    state: TaskState = TaskState.WAITING
    tries: int = 0
    finished: int = 0
    fault: str = ""
    result: str = ""
    """JSON of what came of it, without secrets."""


@dataclass(frozen=True, slots=True)
class Credential:
    """By what a device proves who it is: a name and a password that only the two know."""

    username: str
    secret: str
    """Sealed at rest."""
    device: str = ""
    """Whose it is; empty: of whoever was given it for the first contact."""
    created: int = 0
    connection_username: str = ""
    connection_password: str = ""
    """By what we prove to the device who we are, in connection requests; sealed at rest."""
    used: int = 0
    """When the device first called with it; 0: it may not have taken it yet."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log; `hash` covers it and the line before."""

    at: int
    actor: str
    action: str
    subject: str
    detail: str = ""
    """JSON, without secrets."""
    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody in quarantine: what they claim, and how often."""

    source: str
    claimed: str
    """The device that they say they are."""
    username: str
    first_seen: int
    last_seen: int
    count: int = 1
    software: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Something that another part of the ACS keeps: a campaign, its members, a setting."""

    kind: str
    id: str
    body: str
    """JSON, at most 1 MiB."""
    version: int = 0
    """Counts up; a change names the one that it knows, so that none is lost (0: it is new)."""
    updated: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """One file of the catalogue of firmware."""

    sha256: str
    name: str
    size: int
    version: str
    """What a device calls its software after this file."""
    models: tuple[str, ...] = field(default=())
    """Whom it is for: OUI/ProductClass or OUI/ProductClass/HardwareVersion, `*` for any."""
    signature: str = ""
    signer: str = ""
    added: int = 0
    by: str = ""
