"""One GET to a publisher's server, within bounds of bytes and time: the wire below `fetch`.

http.client reads what comes, strictly, through `_Wire`, which counts the bytes and looks at the
clock before each read. Everything that goes wrong on the way is `Failed`.
"""

import base64
import io
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse, IncompleteRead  # noqa: TID251  (see above)
from time import monotonic
from typing import Any, NamedTuple, NoReturn
from urllib.parse import SplitResult, unquote

from gatewatch import __version__

__all__ = ["AGAIN", "Failed", "Patience", "fail", "get"]

AGAIN = "try again later"
_CHUNK = 1 << 16
_HEAD_LIMIT = 1 << 16


class Patience(NamedTuple):
    """How long a server may take, in seconds."""

    silence_s: float = 30.0
    whole_s: float = 1800.0


class Failed(Exception):
    """What is wrong and how to mend it, before it is known of which address."""


def fail(what: str, mend: str) -> NoReturn:
    """Raises Failed."""
    raise Failed(what, mend)


@contextmanager
def get(
    parts: SplitResult,
    conditions: Mapping[str, str],
    patience: Patience,
    until: float,
    limit: int,
) -> Iterator[HTTPResponse]:
    """The answer to one GET, its head read; the connection ends with it.

    `conditions` are more headers, `until` is when it has to be over (time.monotonic), `limit` the
    most bytes of a body. Raises Failed, also for what goes wrong while the body is read.
    """
    with _told(), _connected(parts, patience) as sock:
        sock.sendall(_request(parts, conditions))
        wire = _Wire(sock, patience, until, limit + _HEAD_LIMIT)
        with HTTPResponse(wire, method="GET") as answer:  # type: ignore[arg-type]
            answer.begin()
            yield answer


@contextmanager
def _told() -> Iterator[None]:
    """Turns what goes wrong on the wire into what is said of it; the disk's errors pass."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        what, mend = f"its certificate is not trusted ({error.verify_message})", "check the address"
    except ssl.SSLError as error:
        what, mend = f"TLS broke off ({error.reason})", AGAIN
    except (ConnectionError, TimeoutError) as error:
        what, mend = f"the connection broke ({_reason(error)})", AGAIN
    except IncompleteRead:
        what, mend = "the transfer was cut", AGAIN
    except HTTPException as error:
        what, mend = f"the server does not speak HTTP ({type(error).__name__})", "check the address"
    else:
        return
    fail(what, mend)


@contextmanager
def _connected(parts: SplitResult, patience: Patience) -> Iterator[socket.socket]:
    host, tls = parts.hostname or "", parts.scheme == "https"
    try:
        plain = socket.create_connection((host, parts.port or (80, 443)[tls]), patience.silence_s)
    except socket.gaierror:
        fail("its server's name is unknown", "check the address and your network")
    except OSError as error:
        fail(f"its server cannot be reached ({_reason(error)})", AGAIN)
    with plain:
        if not tls:
            yield plain
            return
        # An end without TLS's own goodbye may be an attacker's cut, so it is no end.
        context = ssl.create_default_context()
        with context.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False) as sock:
            yield sock


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _request(parts: SplitResult, conditions: Mapping[str, str]) -> bytes:
    user, at, server = parts.netloc.rpartition("@")
    headers = {
        "Host": server,
        "User-Agent": f"gatewatch/{__version__}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **conditions,
    }
    if at:
        headers["Authorization"] = f"Basic {base64.b64encode(unquote(user).encode()).decode()}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii", "replace")


class _Wire(io.RawIOBase):
    """What one connection says, within its bounds; http.client reads from it."""

    def __init__(self, sock: socket.socket, patience: Patience, until: float, limit: int) -> None:
        self._sock, self._patience, self._until = sock, patience, until
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            fail("it is larger than it may be", "see that the address is right")
        self._sock.settimeout(max(0.001, min(self._patience.silence_s, self._time_left())))
        try:
            count = self._sock.recv_into(buffer)
        except TimeoutError:
            self._time_left()
            fail(f"the server was silent for {self._patience.silence_s:g} s", AGAIN)
        self._left -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """As a socket has it; http.client asks for nothing else."""
        del mode
        return io.BufferedReader(self, _CHUNK)

    def _time_left(self) -> float:
        left = self._until - monotonic()
        if left <= 0:
            fail(f"it took longer than {self._patience.whole_s:g} s", AGAIN)
        return left
