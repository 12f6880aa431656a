"""Plans for loopback, and peers there that behave as told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pytest

from gatewatch.scan.book import Book
from gatewatch.scan.connecting import ConnectEngine
from gatewatch.scan.gate import Gate
from gatewatch.scan.live import LiveExclusions
from gatewatch.scan.plan import Plan, Timeouts, make_plan
from gatewatch.scan.probe import Result

# Short, so that tests are; every one is still far longer than loopback needs.
QUICK = Timeouts(connect=0.3, first_byte=0.4, whole=0.8, again=0.1)
"""For who is to be silent: a busy machine may take longer than this to answer."""
PATIENT = Timeouts(connect=10, first_byte=20, whole=40, again=0.1)

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


def gate_of(plan: Plan, *exclusions: Path, **options: Any) -> Gate:
    """The gate of a whole plan, with a book of its own beside the plan's scope."""
    place = Path(plan.scope).parent
    folder = place / f"part-{len(list(place.glob('part-*')))}"
    nobody = place / "nobody-excluded.txt"
    nobody.touch()
    now = options.get("clock", time.monotonic)()
    live = LiveExclusions([nobody, *exclusions], now)
    shard = plan.part()
    return Gate(plan, shard, Book(folder, len(shard)), live, **options)


def engine_of(plan: Plan, gate: Gate | None = None, **options: Any) -> ConnectEngine:
    """A connect engine of a whole plan."""
    given = {"stopped": lambda: False} | options
    return ConnectEngine(plan, gate or gate_of(plan), **given)


def scanned(plan: Plan, gate: Gate | None = None, **options: Any) -> tuple[Book, list[Result]]:
    """The book after the whole plan has been followed, and every result."""
    gate = gate or gate_of(plan)
    seen = []
    for result in engine_of(plan, gate, **options).results():
        seen.append(result)
        gate.enter(result)
    return gate.book, seen


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
