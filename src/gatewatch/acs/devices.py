"""Simulated devices: the doors of many CPEs, on real sockets, on loopback only.

    with SimulatedDevices(["127.77.0.1", "127.77.0.2"], port=7547, seed=1) as devices:
        print(devices.kinds)

One thread serves them all. Each address says what its kind says (acs/device_kinds.py) to any
request, then closes as soon as the visitor does. A visitor is bounded: 8 KiB of request, five
seconds in all. Nothing but 127.0.0.0/8 is ever listened on.
"""

import ipaddress
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from gatewatch.acs.device_kinds import CLOSED, Kind, Place, device_kinds, population
from gatewatch.model.errors import BadArguments

__all__ = ["SimulatedDevices"]

_REQUEST_LIMIT = 8 * 1024
_VISIT_S = 5.0
_VISITORS = 1024
_BACKLOG = 64


class _Visitor:
    """One connection from outside."""

    __slots__ = ("address", "deadline", "heard", "kind", "sock", "to_say")

    def __init__(self, sock: socket.socket, address: str, kind: Kind, deadline: float) -> None:
        self.sock = sock
        self.address = address
        self.kind = kind
        self.deadline = deadline
        self.heard = b""
        self.to_say: bytes | None = None
        """None: it has not asked yet."""


class SimulatedDevices:
    """Devices at `addresses`; running between `__enter__` and `__exit__`."""

    def __init__(
        self, addresses: Sequence[str], port: int, seed: int = 1, *, closed: float = 0.02
    ) -> None:
        """With port 0 they share one that is free; the share `closed` of them does not listen.

        Raises BadArguments for an address that is not loopback.
        """
        for address in addresses:
            if not ipaddress.ip_address(address).is_loopback:
                raise BadArguments(
                    where="simulate",
                    what=f"{address} is not loopback",
                    mend="simulated devices live in 127.0.0.0/8",
                )
        self.kinds: dict[str, str] = population(addresses, seed, closed)
        """Address to the kind that lives there, `closed` where nothing listens."""
        self.port = port
        self.answers = 0
        """Answers given so far."""
        self._listeners: list[socket.socket] = []
        self._visitors: dict[socket.socket, _Visitor] = {}
        self._waiting: deque[_Visitor] = deque()
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="simulated devices", daemon=True)

    def __enter__(self) -> Self:
        """Opens every door; raises BadArguments when one cannot be opened."""
        try:
            for address, kind in self.kinds.items():
                if kind != CLOSED:
                    self._listen(address)
        except OSError as error:
            self._close()
            raise BadArguments(
                where="simulate",
                what=f"{address}:{self.port} cannot be listened on, {error.strerror}",
                mend="choose another --port, or end the program that has it",
            ) from None
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rope.send(b"!")
        self._thread.join()
        self._close()

    def _listen(self, address: str) -> None:
        sock = socket.socket()
        self._listeners.append(sock)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, self.port))
        sock.listen(_BACKLOG)
        self.port = sock.getsockname()[1]
        self._selector.register(sock, selectors.EVENT_READ, address)

    def _close(self) -> None:
        for sock in (*self._listeners, *self._visitors, self._bell, self._rope):
            sock.close()
        self._selector.close()

    def _serve(self) -> None:
        while True:
            for key, events in self._selector.select(1.0 if self._waiting else None):
                if key.fileobj is self._bell:
                    return
                assert isinstance(key.fileobj, socket.socket)
                if isinstance(key.data, str):
                    self._welcome(key.fileobj, key.data)
                elif key.fileobj in self._visitors:
                    self._attend(key.data, events)
            now = time.monotonic()
            while self._waiting and self._waiting[0].deadline <= now:
                self._send_off(self._waiting.popleft())

    def _welcome(self, listener: socket.socket, address: str) -> None:
        with suppress(OSError):
            while len(self._visitors) < _VISITORS:  # the others wait at the door
                sock, _peer = listener.accept()
                sock.setblocking(False)
                kind = device_kinds()[self.kinds[address]]
                visitor = _Visitor(sock, address, kind, time.monotonic() + _VISIT_S)
                self._visitors[sock] = visitor
                self._waiting.append(visitor)
                self._selector.register(sock, selectors.EVENT_READ, visitor)
                if kind.greets:
                    self._answer(visitor)

    def _attend(self, visitor: _Visitor, events: int) -> None:
        """Hears what the visitor says; once it has asked, says what there is to say."""
        try:
            if events & selectors.EVENT_WRITE:
                self._say(visitor)
            if events & selectors.EVENT_READ:
                self._hear(visitor)
        except BlockingIOError:
            return
        except OSError:
            self._send_off(visitor)

    def _hear(self, visitor: _Visitor) -> None:
        data = visitor.sock.recv(_REQUEST_LIMIT)
        if not data:
            self._send_off(visitor)
        elif visitor.to_say is None:
            visitor.heard += data
            asked = visitor.heard.replace(b"\r", b"")
            if b"\n\n" in asked or len(asked) >= _REQUEST_LIMIT:
                self._answer(visitor)

    def _answer(self, visitor: _Visitor) -> None:
        visitor.to_say = visitor.kind.answer(Place(visitor.address, self.port, time.time()))
        self.answers += 1
        self._say(visitor)

    def _say(self, visitor: _Visitor) -> None:
        assert visitor.to_say is not None
        with suppress(BlockingIOError):
            sent = visitor.sock.send(visitor.to_say)
            visitor.to_say = visitor.to_say[sent:]
        if visitor.to_say:
            self._selector.modify(
                visitor.sock, selectors.EVENT_READ | selectors.EVENT_WRITE, visitor
            )
            return
        # The visitor closes; closing first would reset what it has not read yet.
        visitor.sock.shutdown(socket.SHUT_WR)
        self._selector.modify(visitor.sock, selectors.EVENT_READ, visitor)

    def _send_off(self, visitor: _Visitor) -> None:
        if self._visitors.pop(visitor.sock, None):
            self._selector.unregister(visitor.sock)
            visitor.sock.close()
