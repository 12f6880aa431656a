"""How the connect engine goes about it: order, rate, room, stop."""

import os
import resource
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest
from tests.scan.conftest import QUICK, engine_of

from gatewatch.model.errors import SystemRefusal
from gatewatch.model.observation import Observation, Outcome, Unanswered
from gatewatch.scan.connecting import socket_room
from gatewatch.scan.plan import Plan, Timeouts

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan, Peer

REPLY = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


class Street:
    """Many houses on one port: each address is counted and watched, all get REPLY."""

    def __init__(self, addresses: list[str], delay: float = 0.0) -> None:
        self.requests: list[bytes] = []
        self.asked: list[str] = []
        self.most_at_once = 0
        self._delay = delay
        self._selector = selectors.DefaultSelector()
        self._listeners = [socket.create_server((addresses[0], 0))]
        self.port: int = self._listeners[0].getsockname()[1]
        self._listeners += [socket.create_server((one, self.port)) for one in addresses[1:]]
        for listener in self._listeners:
            self._selector.register(listener, selectors.EVENT_READ)
        self._open: dict[socket.socket, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(5)
        for one in (*self._listeners, *self._open):
            one.close()
        self._selector.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.01):
                listener = key.fileobj
                assert isinstance(listener, socket.socket)
                connection, _ = listener.accept()
                self.asked.append(listener.getsockname()[0])
                self._open[connection] = time.monotonic() + self._delay
                self.most_at_once = max(self.most_at_once, len(self._open))
            for connection, due in list(self._open.items()):
                if due <= time.monotonic():
                    connection.settimeout(2)
                    with suppress(OSError):  # a scanner that was stopped has gone
                        self.requests.append(connection.recv(4096))
                        connection.sendall(REPLY)
                    connection.close()
                    del self._open[connection]


@pytest.fixture
def streets() -> Iterator[list[Street]]:
    made: list[Street] = []
    yield made
    for street in made:
        street.close()


def addresses(count: int) -> list[str]:
    return [f"127.88.{number >> 6}.{number & 63 | 64}" for number in range(count)]


def outcomes(plan: Plan, room: int | None = None) -> Counter[Outcome]:
    engine = engine_of(plan, room=room)
    return Counter(
        one.record.outcome if isinstance(one.record, Unanswered) else one.record.answer.outcome
        for one in engine.results()
    )


def test_every_address_is_asked_once_with_the_one_request(
    streets: list[Street], lab_plan: "MakePlan"
) -> None:
    houses = addresses(150)
    streets.append(street := Street(houses))
    plan = lab_plan(*houses, port=street.port)
    results = list(engine_of(plan).results())
    assert sorted(str(one.probe.address) for one in results) == sorted(houses)
    assert sorted(street.asked) == sorted(houses)
    assert all(isinstance(one.record, Observation) for one in results)
    expected = f"GET / HTTP/1.1\r\nHost: 127.88.0.64:{street.port}\r\nUser-Agent: {plan.agent}\r\n"
    assert sum(request.startswith(expected.encode()) for request in street.requests) == 1
    assert {request.count(b"\r\n\r\n") for request in street.requests} == {1}


def test_turns_are_the_plans_order(streets: list[Street], lab_plan: "MakePlan") -> None:
    houses = addresses(100)
    streets.append(street := Street(houses))
    plan = lab_plan(*houses, port=street.port, rate=500)
    results = list(engine_of(plan).results())
    assert sorted(one.probe.turn for one in results) == list(range(100))
    assert all(plan.part().address(one.probe.turn) == one.probe.address for one in results)


def test_the_rate_is_kept(streets: list[Street], lab_plan: "MakePlan") -> None:
    houses = addresses(60)
    streets.append(street := Street(houses))
    started = time.monotonic()
    outcomes(lab_plan(*houses, port=street.port, rate=100))
    assert time.monotonic() - started >= 59 / 100


def test_a_small_network_is_asked_slower(streets: list[Street], lab_plan: "MakePlan") -> None:
    """The plan's rate for the last network, not the scan's, paces its last addresses."""
    houses = [f"127.89.1.{host}" for host in range(1, 9)]
    streets.append(street := Street(houses))
    plan = lab_plan(*houses, port=street.port, rate=1000)
    slow = Plan(**{name: getattr(plan, name) for name in Plan.__slots__} | {"network_rate": 20.0})
    started = time.monotonic()
    outcomes(slow)
    assert time.monotonic() - started >= 7 / 20


def test_room_bounds_the_connections_at_a_time(streets: list[Street], lab_plan: "MakePlan") -> None:
    houses = addresses(40)
    streets.append(street := Street(houses, delay=0.05))
    assert outcomes(lab_plan(*houses, port=street.port), room=7)[Outcome.SUCCESS] == 40
    assert street.most_at_once <= 7


def test_silent_peers_wait_side_by_side(lab_plan: "MakePlan") -> None:
    """Thirty silences take as long as one."""
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_server(("127.90.1.1", 0)))
        port = first.getsockname()[1]
        for host in range(2, 31):
            stack.enter_context(socket.create_server((f"127.90.1.{host}", port)))
        started = time.monotonic()
        counts = outcomes(lab_plan("127.90.1.1-127.90.1.30", port=port, timeouts=QUICK))
        assert time.monotonic() - started < 30 * QUICK.first_byte
    assert counts == {Outcome.IO_TIMEOUT: 30}


@pytest.fixture
def files_left() -> Iterator[Callable[[int], None]]:
    """`files_left(8)`: this process may open so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def limit(count: int) -> None:
        unused = os.open(os.devnull, os.O_RDONLY)  # the lowest number that is free
        os.close(unused)
        resource.setrlimit(resource.RLIMIT_NOFILE, (unused + count, hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_more_files_means_fewer_sockets_not_fewer_answers(
    files_left: Callable[[int], None], lab_plan: "MakePlan"
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    engine = engine_of(lab_plan("127.90.0.0/25", port=port), room=1000)
    files_left(8)
    assert len(list(engine.results())) == 128
    assert engine.room <= 8


def test_no_file_at_all_is_an_error(
    files_left: Callable[[int], None], lab_plan: "MakePlan"
) -> None:
    engine = engine_of(lab_plan("127.0.0.1", port=1), room=1000)
    files_left(0)
    with pytest.raises(SystemRefusal, match="no socket can be opened, Too many open files"):
        list(engine.results())


def test_a_stop_ends_the_scan_at_once_and_asks_nobody_more(
    streets: list[Street], lab_plan: "MakePlan"
) -> None:
    houses = addresses(100)
    streets.append(street := Street(houses))
    plan = lab_plan(*houses, port=street.port, rate=200, timeouts=Timeouts())
    seen = 0
    engine = engine_of(plan, stopped=lambda: seen >= 10)
    started = time.monotonic()
    for _ in engine.results():
        seen += 1
    assert time.monotonic() - started < 5
    assert 10 <= seen < 60
    assert engine.outstanding == 0


def test_a_consumer_that_leaves_closes_every_socket(lab_plan: "MakePlan", peer: "Peer") -> None:
    def hold(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.recv(4096)

    plan = lab_plan("127.0.0.1", "127.91.0.0/28", port=peer(hold))
    engine = engine_of(plan)
    results = engine.results()
    next(results)
    results.close()
    assert engine.outstanding == 0


def test_connections_leave_no_time_wait_behind(lab_plan: "MakePlan", streets: list[Street]) -> None:
    """The answer is complete before the peer closes, so the scanner ends it, with RST."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        engine = engine_of(lab_plan("127.0.0.1", port=port))
        endings: list[str] = []

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                connection.recv(4096)
                connection.sendall(REPLY)
                try:
                    endings.append("FIN" if connection.recv(1) == b"" else "data")
                except ConnectionResetError:
                    endings.append("RST")

        thread = threading.Thread(target=serve)
        thread.start()
        list(engine.results())
        thread.join(5)
    assert endings == ["RST"]


def test_room_is_the_hard_limit_of_files_less_a_reserve() -> None:
    room = socket_room()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard
    assert 0 < room < hard or hard == resource.RLIM_INFINITY


def test_the_clocks_can_be_handed_in(streets: list[Street], lab_plan: "MakePlan") -> None:
    streets.append(street := Street(addresses(1)))
    plan = lab_plan(*addresses(1), port=street.port)
    engine = engine_of(plan, wall=lambda: 1_700_000_000_123_456_789)
    (result,) = list(engine.results())
    assert isinstance(result.record, Observation)
    assert result.record.seen_at == 1_700_000_000_123_456
    assert result.record.port == street.port
