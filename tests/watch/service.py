"""A web service on loopback that answers as a function says, for tests of what calls others.

with service(answer) as place:      # answer(Asked) -> Said
    place.url, place.asked
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """One request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None


class Said(NamedTuple):
    """One answer."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = {}


@dataclass(slots=True)
class Service:
    """Where it is, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    def told(self) -> list[str]:
        """`METHOD /path` of each request."""
        return [f"{one.method} {one.path}" for one in self.asked]


@contextmanager
def service(answer: Callable[[Asked], Said]) -> Iterator[Service]:
    """Serves until the block ends."""
    place = Service("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            # A client may go away in the middle of an answer.
            with suppress(ConnectionError):
                super().handle()

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            place.asked.append(asked)
            said = answer(asked)
            raw = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            raw = b"" if said.body is None else raw
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    place.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
