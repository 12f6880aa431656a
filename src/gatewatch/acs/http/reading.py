"""Requests out of bytes: httptools reads, this bounds it and says what to do. Sans-IO.

Consumes what came from a socket, in any pieces; `feed` returns what happened. Any bytes give
requests or one refusal, never an exception; after a refusal nothing more is read. One request at
a time: a second one before the first was answered is pipelining, which a CPE must not do
(TR-069 section 3.4); it is marked, its bytes are dropped, and the connection ends after the
answer, so that no two answers can ever be mixed up.

Sources: RFC 9112; measured behaviour of httptools 0.9 (it accepts heads of any size, a request of
HTTP/1.1 without Host, and it stops reading at an Upgrade: bounds stand here).
"""

from dataclasses import dataclass

import httptools

from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Request

__all__ = ["Continue", "Event", "Refusal", "RequestReader"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The bytes are no request that is answered: say `status`, then close."""

    status: int


@dataclass(frozen=True, slots=True)
class Continue:
    """The peer waits for "100 Continue" before it sends the body."""


Event = Request | Refusal | Continue


class RequestReader:
    """Reads the requests of one connection."""

    __slots__ = (
        "_body",
        "_events",
        "_head_bytes",
        "_headers",
        "_in_head",
        "_limits",
        "_lines",
        "_parser",
        "_refused",
        "_size",
        "_target",
        "_waits",
        "keep_alive",
        "pipelined",
        "within",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parser = httptools.HttpRequestParser(self)
        self._events: list[Event] = []
        self._refused = False
        self._in_head = True
        self._head_bytes = 0
        self._waits = False
        """A request is complete and has not been answered."""
        self.keep_alive = False
        """Whether the peer is ready for another request on the connection."""
        self.pipelined = False
        self.within = False
        """In the middle of a request."""
        self._start()

    def _start(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._lines = 0
        self._body: list[bytes] = []
        self._size = 0

    @property
    def in_body(self) -> bool:
        """The head is complete, the body is not."""
        return self.within and not self._in_head

    def feed(self, data: bytes) -> list[Event]:
        """What the next bytes bring."""
        if self._refused or self.pipelined:
            return []
        if self._waits:
            # Some clients end a body with one more line; it belongs to nothing.
            self.pipelined = bool(data.strip(b"\r\n"))
            return []
        view = memoryview(data)
        while view and not self._refused and not self._waits:
            # No more of a head than is allowed is ever handed to the parser, which keeps it all.
            cut = self._limits.head_bytes - self._head_bytes if self._in_head else len(view)
            if cut <= 0:
                self._refuse(431)
                break
            piece, view = view[:cut], view[cut:]
            if self._in_head:
                self._head_bytes += len(piece)
            self._parse(bytes(piece))
        if view and self._waits and bytes(view).strip(b"\r\n"):
            self.pipelined = True
        events, self._events = self._events, []
        return events

    def answered(self) -> None:
        """The last request was answered: the next one may come."""
        self._waits = False

    def _parse(self, piece: bytes) -> None:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            # The parser has left HTTP, and a body would be lost: nothing is upgraded here.
            self._refuse(400)
        except httptools.HttpParserError:
            if not self.pipelined:
                self._refuse(400)

    def _refuse(self, status: int) -> None:
        if not self._refused:
            self._refused = True
            self._events = [Refusal(status)]

    # What follows is called by httptools.

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._waits:
            self.pipelined = True
            return
        self.within = self._in_head = True
        self._start()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        if not self.pipelined:
            self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line, or the trailer of a body in chunks."""
        if self.pipelined or not self._in_head:
            return
        self._lines += 1
        if self._lines > self._limits.headers:
            self._refuse(431)
            return
        self._headers.setdefault(
            name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")
        )

    def on_headers_complete(self) -> None:
        """The head is complete: whatever can be refused without reading a body, is."""
        if self.pipelined or self._refused:
            return
        self._in_head = False
        self._head_bytes = 0
        length = self._headers.get("content-length", "0")
        if len(length) > 15 or int(length) > self._limits.body_bytes:
            self._refuse(413)
        expected = self._headers.get("expect", "").lower()
        if expected and expected != "100-continue":
            self._refuse(417)
        elif expected and not self._refused and self._parser.get_http_version() != "1.0":
            self._events.append(Continue())

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self.pipelined or self._refused:
            return
        self._size += len(body)
        if self._size > self._limits.body_bytes:
            self._refuse(413)
            self._body = []
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        if self.pipelined or self._refused or self._parser.should_upgrade():
            return
        self.keep_alive = self._parser.should_keep_alive()
        self._waits, self.within, self._in_head = True, False, True
        self._events.append(
            Request(
                self._parser.get_method().decode("latin-1"),
                self._target.decode("latin-1"),
                self._parser.get_http_version(),
                self._headers,
                b"".join(self._body),
            )
        )
        self._start()
