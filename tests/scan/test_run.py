import socket
from collections import Counter
from threading import Event
from typing import TYPE_CHECKING

from gatewatch.model.observation import Observation, Outcome, Spoke
from gatewatch.scan.run import Progress, Scan

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan, Peer


def answer(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


def test_a_scan_ends_with_its_counts(lab_plan: "MakePlan", peer: "Peer") -> None:
    scan = Scan(lab_plan("127.0.0.1", "127.92.0.0/29", port=peer(answer)))
    records = list(scan.records())
    assert sum(isinstance(record, Observation) for record in records) == 1
    assert scan.complete
    assert scan.outcomes == Counter({Outcome.SUCCESS: 1, Outcome.CONNECTION_REFUSED: 8})
    assert scan.spoke == Counter({Spoke.HTTP: 1})
    assert 0 < scan.started_at <= scan.ended_at
    assert scan.details["outcome.success"] == "1"
    assert scan.details["outcome.connection-refused"] == "8"
    assert scan.details["finished"] == scan.details["targets"] == "9"
    assert scan.details["started"] <= scan.details["ended"]


def test_a_scan_tells_where_it_stands(lab_plan: "MakePlan", peer: "Peer") -> None:
    told: list[Progress] = []
    scan = Scan(lab_plan("127.0.0.1", "127.92.0.1", port=peer(answer)), tick=told.append)
    list(scan.records())
    assert scan.progress() == Progress(2, 2, 2, 0, 1, 1)
    assert all(one.finished <= one.sent <= one.total for one in told)


def test_a_stopped_scan_is_not_complete_and_says_how_far_it_came(
    lab_plan: "MakePlan", peer: "Peer"
) -> None:
    stop = Event()
    scan = Scan(lab_plan("127.0.0.1", "127.92.0.0/24", port=peer(answer), rate=500), stop=stop)
    for count, _ in enumerate(scan.records(), 1):
        if count == 20:
            stop.set()
    assert not scan.complete
    assert 20 <= scan.finished < 257
    assert scan.details["finished"] == str(scan.finished)
    assert scan.details["targets"] == "257"
