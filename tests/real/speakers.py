"""Devices made of a few bytes: threads that answer on listening sockets.

They wait for a question longer than the six seconds that nmap waits for a greeting, but not long
for the rest of one: most of nmap's questions never end in a blank line.
"""

import contextlib
import socket
import threading

from tests.real.services import Manner, Service

__all__ = ["serve"]

_PATIENCE_S = 20.0
_REST_S = 1.0
_REQUEST_LIMIT = 16 * 1024


def serve(listener: socket.socket, service: Service) -> None:
    """Answers as `service` on `listener`, a thread per connection, until it is shut down."""

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=_talk, args=(connection, service), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def _talk(connection: socket.socket, service: Service) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(_PATIENCE_S)
        if service.manner is Manner.HASTY:
            # Closing with the question unread would be a reset.
            connection.shutdown(socket.SHUT_WR)
        if service.manner in (Manner.MUTE, Manner.HASTY):
            while connection.recv(4096):
                pass
        elif service.manner is Manner.GREETS:
            connection.sendall(service.answer)
            connection.recv(4096)
        elif service.manner is Manner.ANSWERS and _asked(connection):
            connection.sendall(service.answer)


def _asked(connection: socket.socket) -> bool:
    """Whether text up to a blank line came; on binary probes devices hang up."""
    request = b""
    while b"\r\n\r\n" not in request and len(request) < _REQUEST_LIMIT:
        more = connection.recv(4096)
        connection.settimeout(_REST_S)
        request += more
        if not more or not request.isascii() or b"\x00" in request:
            return False
    return True
