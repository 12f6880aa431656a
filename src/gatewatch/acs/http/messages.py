"""What passes between a door and the application behind it: a request, a peer, an answer.

Names of headers are in lower case, values are as sent. An answer always tells its length
(devices read no chunks), never a Server header, and no Date, which a CPE has no use for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple, Protocol

__all__ = ["Answer", "Application", "Peer", "Reply", "Request", "written"]

_REASONS = {int(status): status.phrase for status in HTTPStatus}
# RFC 9110 section 6.4.1: a 204 has no content and must not tell a length.
_BODILESS = frozenset({204, 304})


@dataclass(slots=True)
class Request:
    """One request, complete and within the limits; `body` is decoded by nobody yet."""

    method: str
    target: str
    """As sent: usually a path."""
    version: str
    """`1.0` or `1.1`."""
    headers: Mapping[str, str]
    """The first of each name."""
    body: bytes = b""


class Peer(NamedTuple):
    """Who is at the other end of a connection."""

    number: int
    """Of the connection, never used twice by a process."""
    address: str
    port: int
    tls: bool = False
    subject: str | None = None
    """The common name of a client certificate that our own authorities vouch for."""


class Answer(NamedTuple):
    """What to say. `stream` is a body of `length` bytes that is sent piece by piece."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False
    """The connection ends after it."""
    stream: Iterator[bytes] | None = None
    length: int = 0
    head_only: bool = False
    """The answer to HEAD: tells `length`, sends nothing."""


Reply = Callable[[Answer], None]
"""Takes the answer to one request, once, from the loop's thread; later or at once."""


class Application(Protocol):
    """What stands behind a door."""

    def asked(self, request: Request, peer: Peer, reply: Reply) -> None:
        """Answers by calling `reply`; must not raise."""

    def gone(self, peer: Peer) -> None:
        """The connection has ended."""


def written(answer: Answer, version: str, *, keep: bool) -> bytes:
    """The head and the body (unless streamed) of `answer` to a request of HTTP `version`."""
    lines = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status not in _BODILESS:
        streamed = answer.stream is not None or answer.head_only
        lines.append(f"Content-Length: {answer.length if streamed else len(answer.body)}")
    if not keep:
        lines.append("Connection: close")
    elif version == "1.0":
        lines.append("Connection: keep-alive")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + answer.body
