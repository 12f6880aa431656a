"""What goes into a session and what comes out: events, commands, and the rules that hold.

Whoever drives a session (the server, a test) hands in an event, and carries out the commands in
the order in which they come back:

- `Store`: keep these changes. Where the first is a Claim, hand in `Claimed` with its result.
- `NextTask`: take one task that is due, note that this session has it, and hand in `Given`.
- `Told`: a device has asked or told something; whatever it leads to is to be kept like a Store.
- `Log`: something odd, for a log and for counting; it is not kept.
- `Reply`: the answer to the last `Posted`, of which each gets exactly one. It leaves the house
  only after all that came before it is durable: a device forgets what we confirm.
- `Over`: the session has ended. Its row may be dropped once its connection has gone.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from gatewatch.acs.state.changes import Change
from gatewatch.acs.state.records import Task
from gatewatch.protocol.cwmp import Request
from gatewatch.protocol.soap import Envelope, SoapError, read

__all__ = [
    "Claimed",
    "Command",
    "Event",
    "Given",
    "Gone",
    "Log",
    "NextTask",
    "Oddity",
    "Over",
    "Posted",
    "Reply",
    "Rules",
    "Store",
    "Told",
    "Who",
    "posted",
]

_MINUTE = 60 * 1_000_000


class Who(NamedTuple):
    """What a caller has proven (see identity.py)."""

    device: str = ""
    """The key that its credential belongs to; "" for a credential of first contact."""
    username: str = ""
    known: bool = True
    """False: it has proven nothing, and is heard in quarantine."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How an ACS holds its sessions. Times are microseconds."""

    owner: str = "acs"
    """This process, as other processes see it in a Claim."""
    lease: int = 2 * _MINUTE
    """How long a device stays ours after its last word."""
    most_requests: int = 1000
    """Of ours in one session; a task that needs more is put off."""
    most_waiting: int = 20_000
    """Requests that one task may still have before it."""
    tries: int = 6
    """Of a task, before it has failed."""
    hold: bool = False
    """Ask first: the device holds its own requests back until we have none (HoldRequests)."""
    busy_s: int = 60
    """Retry-After for a device that another process is serving."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The device sent something."""

    said: Envelope | SoapError | None
    """None: an empty body."""
    at: int
    """Microseconds since 1970."""
    token: str
    """128 random bits in hex: the session's name, should one begin here."""
    address: str = ""


def posted(body: bytes, at: int, token: str, *, address: str = "", charset: str = "") -> Posted:
    """The event for a body as it came; `charset` is that of Content-Type."""
    said: Envelope | SoapError | None = None
    # Blanks and zeros are what some devices send for nothing.
    if body.strip(b" \t\r\n\0"):
        try:
            said = read(body, charset)
        except SoapError as error:
            said = error
    return Posted(said, at, token, address)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whether the device is now ours."""

    ok: bool
    at: int


@dataclass(frozen=True, slots=True)
class Given:
    """The next task, or that there is none."""

    task: Task | None
    at: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The device went away, or was silent for too long; `why` is for people."""

    why: str
    at: int


Event = Posted | Claimed | Given | Gone


@dataclass(frozen=True, slots=True)
class Store:
    """Keep these, all or none."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class NextTask:
    """Which task is next for this device?"""

    device: str


@dataclass(frozen=True, slots=True)
class Told:
    """A device that is known asked or told this, such as TransferComplete."""

    device: str
    request: Request


class Oddity(StrEnum):
    """Why something is logged."""

    BAD_REQUEST = "bad-request"
    ODD_MESSAGE = "odd-message"
    STRANGER = "stranger"
    WRONG_DEVICE = "wrong-device"
    UNKNOWN_METHOD = "unknown-method"
    UNANSWERED = "unanswered"
    UNASKED = "unasked"
    FAULT = "fault"
    LOST = "lost"
    REPLACED = "replaced"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Log:
    """Something to count and to write down; `detail` holds the device's words unescaped."""

    kind: Oddity
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    close: bool = False
    """Nothing more is expected on this connection."""
    retry_after_s: int = 0
    set_cookie: str = ""
    """The session's token, where one begins: the one cookie, with Path=/ and nothing else."""


@dataclass(frozen=True, slots=True)
class Over:
    """The session has ended."""

    why: str


Command = Store | NextTask | Told | Log | Reply | Over
