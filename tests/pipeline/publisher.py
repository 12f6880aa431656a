"""A publisher's server on loopback, whose every answer a test writes byte for byte.

    with publisher({"/table.csv": whole(b"...")}) as server:
        fetch(server.url("/table.csv"), ...)
        server.asked    # heads of the requests, in order

An answer is bytes, or a function that is given the connection and says what it likes.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

__all__ = ["Answer", "Server", "endless", "moved", "publisher", "whole"]

Answer = bytes | Callable[[socket.socket, threading.Event], None]
# A client that fails leaves the server waiting no longer than this.
_PATIENCE_S = 20.0


@dataclass(slots=True)
class Server:
    """Where it is, and what it was asked."""

    port: int
    scheme: str = "http"
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The address of what is at `path`."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


def whole(body: bytes, *headers: str) -> bytes:
    """An answer as it should be."""
    return head("200 OK", f"Content-Length: {len(body)}", *headers) + body


def moved(location: str) -> bytes:
    """A redirect."""
    return head("302 Found", f"Location: {location}", "Content-Length: 0")


def head(status: str, *headers: str) -> bytes:
    """The head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def endless(piece: bytes, pause_s: float = 0.0, begin: bytes = b"") -> Answer:
    """Says `begin` and then `piece` again and again, until nobody listens."""

    def run(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(begin)
        while not over.wait(pause_s):
            connection.sendall(piece)

    return run


@contextmanager
def publisher(answers: Mapping[str, Answer], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that gives these answers by path, and 404 for all else, one after the other."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1], "https" if tls else "http")
        serving = threading.Thread(target=_serve, args=(listening, answers, server, over, tls))
        serving.start()
        try:
            yield server
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
            serving.join()


def _serve(
    listening: socket.socket,
    answers: Mapping[str, Answer],
    server: Server,
    over: threading.Event,
    tls: ssl.SSLContext | None,
) -> None:
    while not over.is_set():
        with suppress(OSError):
            plain, _ = listening.accept()
            plain.settimeout(_PATIENCE_S)
            with plain, _wrapped(plain, tls) as connection:
                _answer(connection, answers, server, over)


def _wrapped(plain: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    return tls.wrap_socket(plain, server_side=True) if tls else plain


def _answer(
    connection: socket.socket,
    answers: Mapping[str, Answer],
    server: Server,
    over: threading.Event,
) -> None:
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        more = connection.recv(4096)
        if not more:
            return
        request += more
    server.asked.append(request.decode("latin-1"))
    path = request.split(b" ")[1].decode("latin-1")
    answer = answers.get(path, head("404 Not Found", "Content-Length: 0"))
    if callable(answer):
        answer(connection, over)
    else:
        connection.sendall(answer)
    # Closed in an orderly way, so that what was said also arrives.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
