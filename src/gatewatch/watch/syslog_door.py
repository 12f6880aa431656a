"""A door for syslog, UDP and TCP on one port (RFC 5426, RFC 6587), for messages of own systems.

Syslog has no proof of who sends it: whoever reaches the door can make up sign-ins. So it stands on
loopback unless told otherwise, takes messages from the named networks alone, and is bounded in
connections, message size and silence. It answers nothing.
"""

import selectors
import socket
from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple, Self

from gatewatch.model.address import Network, parse_address
from gatewatch.model.errors import BadArguments
from gatewatch.watch.syslog_framing import LONGEST, Framing, one_line

__all__ = ["SyslogDoor"]

_CONNECTIONS = 64
_SILENCE_S = 600.0
_LOOK_S = 0.25
_PIECE = 64 * 1024


class _Peer(NamedTuple):
    sock: socket.socket
    framing: Framing


class SyslogDoor:
    """Listens while it is entered; each message goes to `take`, from one thread."""

    def __init__(
        self,
        host: str,
        port: int,
        take: Callable[[bytes], None],
        allowed: Sequence[Network],
        stop: Event,
    ) -> None:
        self._take, self._allowed, self._stop = take, allowed, stop
        self.refused = 0
        """Connections and datagrams from elsewhere, and connections that were too many."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._tcp = _bound(family, socket.SOCK_STREAM, host, port)
        self.port: int = self._tcp.getsockname()[1]
        try:
            self._udp = _bound(family, socket.SOCK_DGRAM, host, self.port)
        except BadArguments:
            self._tcp.close()
            raise
        self._peers: dict[int, _Peer] = {}
        self._heard: dict[int, float] = {}
        self._selector = selectors.DefaultSelector()
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._tcp.listen(16)
        for sock, take in ((self._tcp, self._accept), (self._udp, self._datagram)):
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ, take)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)
        for peer in list(self._peers.values()):
            peer.sock.close()
        self._tcp.close()
        self._udp.close()
        self._selector.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(_LOOK_S):
                key.data(key.fd)
            silent = monotonic() - _SILENCE_S
            for handle in [handle for handle, at in self._heard.items() if at < silent]:
                self._part(handle)

    def _accept(self, _: int) -> None:
        try:
            sock, where = self._tcp.accept()
        except OSError:
            return
        if len(self._peers) >= _CONNECTIONS or not self._may(where[0]):
            self.refused += 1
            sock.close()
            return
        sock.setblocking(False)
        self._peers[sock.fileno()] = _Peer(sock, Framing())
        self._heard[sock.fileno()] = monotonic()
        self._selector.register(sock, selectors.EVENT_READ, self._piece)

    def _piece(self, handle: int) -> None:
        peer = self._peers[handle]
        try:
            data = peer.sock.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._heard[handle] = monotonic()
        for message in peer.framing.feed(data, last=not data):
            self._take(message)
        if not data or peer.framing.lost:
            self._part(handle)

    def _part(self, handle: int) -> None:
        peer = self._peers.pop(handle)
        del self._heard[handle]
        self._selector.unregister(peer.sock)
        peer.sock.close()

    def _datagram(self, _: int) -> None:
        try:
            data, where = self._udp.recvfrom(LONGEST)
        except OSError:
            return
        if not self._may(where[0]):
            self.refused += 1
        elif line := one_line(data):
            self._take(line)

    def _may(self, host: str) -> bool:
        address = parse_address(host.partition("%")[0])
        return any(
            (address.high is None) == (network.first.high is None)
            and network.first.number <= address.number <= network.last.number
            for network in self._allowed
        )


def _bound(family: int, kind: int, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise BadArguments(
            where=f"--syslog {host}:{port}",
            what=f"cannot listen there, {error.strerror}",
            mend="choose another port, or stop who listens on it",
        ) from None
    return sock
