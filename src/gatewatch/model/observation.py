"""Answers and observations: what one service said, where and when.

An `Answer` is what a service said to one polite GET, as bytes: the head (status line and header
lines up to and with the blank line), the start of the body, TLS facts, how the connection ended.
Importers whose source holds parsed headers only write a head again from them and say so in
`marks`, so everything after the reader sees one shape.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gatewatch.model.address import Address

__all__ = [
    "BODY_LIMIT",
    "HEAD_LIMIT",
    "Answer",
    "Mark",
    "Observation",
    "Outcome",
    "Place",
    "Rejected",
    "Spoke",
    "Unanswered",
]

# Answers are cut here before they are kept; a CWMP answer is some hundred bytes.
HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 4 * 1024


class Spoke(StrEnum):
    """How much a service showed of itself: "open" has four strengths, weakest first."""

    SYN_ACK = "syn-ack"
    CONNECTED = "connected"
    OTHER = "other"
    HTTP = "http"

    @property
    def rank(self) -> int:
        """0 (weakest) to 3: of two observations of one service the higher one is kept."""
        return list(Spoke).index(self)


class Outcome(StrEnum):
    """How a probe ended, in the words of ZGrab2 (status.go); each is provoked by a test."""

    SUCCESS = "success"
    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_TIMEOUT = "connection-timeout"
    CONNECTION_RESET = "connection-reset"
    CONNECTION_CLOSED = "connection-closed"
    HOST_UNREACHABLE = "host-unreachable"
    HANDSHAKE_ERROR = "handshake-error"
    IO_TIMEOUT = "io-timeout"
    PROTOCOL_ERROR = "protocol-error"
    APPLICATION_ERROR = "application-error"
    BLOCKLISTED_TARGET = "blocklisted-target"
    INVALID_INPUTS = "invalid-inputs"
    UNKNOWN_ERROR = "unknown-error"


class Mark(StrEnum):
    """What is known to be missing or changed in an answer; absence proves nothing there."""

    REBUILT = "rebuilt"
    """The head was written again from parsed headers: order and case are not the device's."""
    PARTIAL = "partial"
    """Only some headers are known: a missing one may have been sent."""
    REDACTED = "redacted"
    """The source replaced or dropped values (Date, nonce, cookies)."""
    LOSSY = "lossy"
    """Bytes that were no UTF-8 were replaced by the source."""
    NO_BODY = "no-body"
    """The source keeps no body."""
    TRUNCATED = "truncated"
    """The head or the body goes on after what is kept."""
    SECOND_ANSWER = "second-answer"
    """Another answer came on the same connection: an interim one before, which is left out, or
    one after, whose bytes stand behind the body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one service said."""

    spoke: Spoke
    outcome: Outcome
    head: bytes = b""
    """HTTP: status line and header lines with the blank line. Otherwise: the first bytes."""
    body: bytes = b""
    marks: frozenset[Mark] = frozenset()
    tls: tuple[tuple[str, str], ...] = ()
    """(name, value) pairs, sorted: subject, issuer, sha256, version, cipher."""

    def __reduce__(self) -> tuple[Any, ...]:
        # What dataclasses do by themselves takes several times as long between processes.
        parts = self.spoke, self.outcome, self.head, self.body, self.marks, self.tls
        return Answer, parts


@dataclass(frozen=True, slots=True)
class Place:
    """Where the source says an address is; used when no network table of ours knows it."""

    country: str | None = None
    """ISO 3166-1 alpha-2, upper case."""
    asn: int | None = None
    as_name: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One service as one source saw it: the unit of search and of counting."""

    ip: Address
    port: int
    seen_at: int
    """Microseconds since 1970 UTC."""
    answer: Answer
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A target that the source asked and that is no service: counted in the snapshot, not kept."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: counted, kept beside the input's name, never dropped."""

    where: str
    """Within the input: `line 912`, `record 7`, `byte 10442`."""
    reason: str
    raw: bytes = b""
    """The record itself, at most 64 KiB of it."""
