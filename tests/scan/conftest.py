"""Plans for loopback, and peers there that behave as told."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pytest

from gatewatch.scan.plan import Plan, Timeouts, make_plan

# Short, so that tests are; every one is still far longer than loopback needs.
QUICK = Timeouts(connect=0.3, first_byte=0.4, whole=0.8)
"""For who is to be silent: a busy machine may take longer than this to answer."""
PATIENT = Timeouts(connect=10, first_byte=20, whole=40)

MakePlan = Callable[..., Plan]
Behaviour = Callable[[socket.socket], None]


class Peer(Protocol):
    """Starts a listener; returns its port."""

    def __call__(self, behave: Behaviour, host: str = "127.0.0.1") -> int: ...


@pytest.fixture
def lab_plan(tmp_path: Path) -> MakePlan:
    """`lab_plan("127.0.0.1", port=...)`: a plan for these addresses, fast and with seed 1."""

    def make(*lines: str, **options: Any) -> Plan:
        scope = tmp_path / "scope.txt"
        scope.write_text("\n".join(lines) + "\n", encoding="ascii")
        given = {"contact": None, "lab": True, "rate": 5000, "seed": 1, "timeouts": PATIENT}
        return make_plan(scope, None, **(given | options))

    return make


@pytest.fixture
def peer() -> Iterator[Peer]:
    """`peer(behave)`: a listener on 127.0.0.1 that hands each of its connections to `behave`."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(behave: Behaviour, host: str = "127.0.0.1") -> int:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, 0), family=family)
        listeners.append(listener)
        thread = threading.Thread(target=_serve, args=(listener, behave))
        threads.append(thread)
        thread.start()
        port: int = listener.getsockname()[1]
        return port

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def _serve(listener: socket.socket, behave: Behaviour) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(5)
            behave(connection)
