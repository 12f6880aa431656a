"""A door: one listening socket for devices, and what each connection through it may do.

Promises, each proven in tests/acs/http/test_door.py over real sockets:
- any bytes are answered by 400, 413, 417 or 431, counted, and the connection ends; nothing raises;
- a connection ends when it is slow (limits.py), and at once after the peer's FIN unless an answer
  is pending, which a half-closed peer still gets;
- more connections than allowed get 503 with Retry-After before anything of theirs is read;
- requests of a connection are answered one at a time.

Deadlines are looked at once a second for all connections: no timer in the path of a request.
"""

import asyncio
import ssl
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, cast

from gatewatch.acs.http.admission import Admission, source_of
from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Answer, Application, Peer, Request, written
from gatewatch.acs.http.reading import Continue, Refusal, RequestReader

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RETRY_AFTER", "Doors", "busy"]

RETRY_AFTER = "30"
"""Seconds. Devices that do not know the header go by their own retry table (TR-069, 3.2.1.1)."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LINGER_S = 2.0
"""How long a connection that we end waits for the peer to end it as well."""
_LINGERING = 1000
"""So many that were turned away may wait so; more are closed, which may cost them the answer."""


def busy() -> Answer:
    """Come again later."""
    return Answer(503, headers=(("Retry-After", RETRY_AFTER),), close=True)


class Doors:
    """All listeners of a process; counts what happens at them."""

    def __init__(self, application: Application, limits: Limits | None = None) -> None:
        self.application = application
        self.limits = limits or Limits()
        self.admission = Admission(self.limits)
        self.counts: Counter[str] = Counter()
        """By what happened: `requests`, `refused 400`, `late`, `turned away`, `pipelined` ..."""
        self.closing = False
        self._numbers = count(1)
        self._visits: set[_Visit] = set()
        self._servers: list[asyncio.Server] = []
        self._sweeper: asyncio.TimerHandle | None = None

    async def open(
        self, host: str, port: int, *, tls: ssl.SSLContext | None = None, shared: bool = False
    ) -> int:
        """Listens, and returns the port; raises OSError. `shared`: several processes may."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _Visit(self, loop),
            host,
            port,
            ssl=tls,
            ssl_handshake_timeout=self.limits.head_s if tls else None,
            backlog=4096,
            reuse_port=shared or None,
        )
        self._servers.append(server)
        if self._sweeper is None:
            self._sweeper = loop.call_later(1.0, self._sweep, loop)
        return int(server.sockets[0].getsockname()[1])

    async def close(self, grace_s: float = 10.0) -> None:
        """Takes no more connections; those in a session have `grace_s` to end it."""
        self.closing = True
        for server in self._servers:
            server.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + grace_s
        while self._visits and loop.time() < until:
            await asyncio.sleep(0.02)
        for visit in list(self._visits):
            visit.abort()
        if self._sweeper:
            self._sweeper.cancel()

    def peer(self, address: str, port: int, tls: ssl.SSLObject | None) -> Peer:
        """A new connection."""
        return Peer(next(self._numbers), address, port, tls is not None, _subject(tls))

    def entered(self, visit: "_Visit", *, let_in: bool = True) -> bool:
        """A connection; False: it was turned away, and so many are that it must end at once."""
        if not let_in and len(self._visits) - self.admission.open >= _LINGERING:
            return False
        self._visits.add(visit)
        return True

    def left(self, visit: "_Visit") -> None:
        """Its end."""
        self._visits.discard(visit)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for visit in [visit for visit in self._visits if visit.deadline <= now]:
            visit.late()
        self._sweeper = loop.call_later(1.0, self._sweep, loop)


def _subject(tls: ssl.SSLObject | None) -> str | None:
    """The one common name of a client certificate, which the TLS layer has verified."""
    certificate = tls.getpeercert() if tls else None
    if not certificate:
        return None
    parts = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate.get("subject", ()))
    names = [value for part in parts for name, value in part if name == "commonName"]
    return names[0] if len(names) == 1 else None


class _Visit(asyncio.Protocol):
    """One connection."""

    def __init__(self, doors: Doors, loop: asyncio.AbstractEventLoop) -> None:
        self._doors = doors
        self._loop = loop
        self._reader = RequestReader(doors.limits)
        self._pending: Request | None = None
        """The request that is being answered."""
        self._stream: Iterator[bytes] | None = None
        self._paused = self._ends = self._half_closed = self._body_timed = False
        self._source: str | None = None
        now = loop.time()
        self._end = now + doors.limits.whole_s
        self.deadline = now + doors.limits.head_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Lets the peer in, or turns it away."""
        self._transport = cast("asyncio.Transport", transport)
        name = transport.get_extra_info("peername") or ("", 0)
        self.peer = self._doors.peer(name[0], name[1], transport.get_extra_info("ssl_object"))
        source = source_of(name[0])
        if self._doors.closing or not self._doors.admission.enter(source):
            self._turn_away()
            return
        self._source = source
        self._doors.entered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, by whomever."""
        del exc
        self._ends, self._stream = True, None
        self._doors.left(self)
        if self._source is not None:
            self._doors.admission.leave(self._source)
            self._doors.application.gone(self.peer)

    def data_received(self, data: bytes) -> None:
        """Reads on; a request that is complete goes to the application."""
        if self._source is None or self._ends:
            return
        if self._pending is None and not self._reader.within:
            self._wait(self._doors.limits.head_s)
        for event in self._reader.feed(data):
            if isinstance(event, Request):
                self._ask(event)
            elif isinstance(event, Refusal):
                self._doors.counts[f"refused {event.status}"] += 1
                self._say(Answer(event.status, close=True), "1.1")
            elif isinstance(event, Continue):
                self._transport.write(_CONTINUE)
        if self._reader.in_body and not self._body_timed:
            self._body_timed = True
            self._wait(self._doors.limits.body_s)

    def eof_received(self) -> bool:
        """The peer sends no more; it still gets the answer that it waits for."""
        self._half_closed = True
        return self._pending is not None or self._stream is not None

    def pause_writing(self) -> None:
        """The peer is slower than we are."""
        self._paused = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self._paused = False
        self._flow()

    def late(self) -> None:
        """A deadline has passed."""
        if not self._ends:
            self._doors.counts["late"] += 1
        self.abort()

    def abort(self) -> None:
        """Ends the connection now."""
        self._transport.abort()

    def _turn_away(self) -> None:
        self._doors.counts["turned away"] += 1
        self._transport.write(written(busy(), "1.1", keep=False))
        self._ends = True
        if self._doors.entered(self, let_in=False):
            self._finish()
        else:
            self._transport.close()

    def _ask(self, request: Request) -> None:
        self._doors.counts["requests"] += 1
        self._pending, self._body_timed = request, False
        self._wait(self._doors.limits.answer_s)
        self._doors.application.asked(request, self.peer, self._reply)

    def _reply(self, answer: Answer) -> None:
        request, self._pending = self._pending, None
        if request is None or self._ends:
            return  # it has gone meanwhile
        self._say(answer, request.version)

    def _say(self, answer: Answer, version: str) -> None:
        if self._reader.pipelined:
            self._doors.counts["pipelined"] += 1
        ends = (
            answer.close
            or self._half_closed
            or self._doors.closing
            or self._reader.pipelined
            or not self._reader.keep_alive
        )
        self._transport.write(written(answer, version, keep=not ends))
        self._ends = ends
        if answer.stream is not None:
            self._stream = answer.stream
            self._flow()
        else:
            self._said()

    def _flow(self) -> None:
        """Hands over what is streamed for as long as the peer takes it."""
        while self._stream is not None and not self._paused:
            piece = next(self._stream, None)
            if piece is None:
                self._stream = None
                self._said()
                return
            self._wait(self._doors.limits.answer_s)
            self._transport.write(piece)

    def _said(self) -> None:
        if not self._ends:
            self._reader.answered()
            self._wait(self._doors.limits.idle_s)
            return
        self._finish()

    def _finish(self) -> None:
        if self._half_closed or not self._transport.can_write_eof():
            self._transport.close()
            return
        # Closing at once would reset a peer that still sends, and it would never read the answer.
        self._transport.write_eof()
        self._wait(_LINGER_S)

    def _wait(self, seconds: float) -> None:
        self.deadline = min(self._loop.time() + seconds, self._end)
