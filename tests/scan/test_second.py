"""Second tries on real sockets: TLS where it is demanded, and those that fell silent."""

import socket
import ssl
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.protocol.certificates import PEM
from tests.scan.conftest import PATIENT, QUICK, scanned

from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.scan.book import Book
from gatewatch.scan.spool import Kind, read_spool

if TYPE_CHECKING:
    from tests.scan.conftest import Behaviour, MakePlan, Peer

ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
CUT = frozenset({Mark.TRUNCATED})
HEAD = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


def answer_of(book: Book) -> tuple[Answer, Kind]:
    """The last record of the book, once it is complete."""
    assert book.complete
    book.checkpoint()
    *_, last = read_spool(book._folder / "answers.spool")
    return last.seen.answer, last.kind


@pytest.fixture
def shaken(tmp_path: Path) -> ssl.SSLContext:
    (tmp_path / "device.pem").write_text(PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "device.pem")
    return context


def in_turn(*behaviours: "Behaviour") -> "Behaviour":
    """Each connection gets the next behaviour, the last one all others."""
    left = list(behaviours)

    def behave(connection: socket.socket) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection)

    return behave


def says(answer: bytes) -> "Behaviour":
    def behave(connection: socket.socket) -> None:
        assert connection.recv(4096)
        connection.sendall(answer)

    return behave


def hold(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def in_tls(context: ssl.SSLContext, answer: bytes, requests: list[bytes]) -> "Behaviour":
    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as talk:
            requests.append(talk.recv(4096))
            talk.sendall(answer)
            talk.unwrap()

    return behave


@pytest.mark.parametrize("first", [ALERT, b""], ids=["an alert", "closes without a word"])
def test_who_demands_tls_is_asked_in_tls(
    first: bytes, shaken: ssl.SSLContext, peer: "Peer", lab_plan: "MakePlan"
) -> None:
    requests: list[bytes] = []
    behave = in_turn(says(first), in_tls(shaken, HEAD, requests))
    book, results = scanned(lab_plan("127.0.0.1", port=peer(behave)))
    answer, kind = answer_of(book)
    assert (answer.spoke, answer.outcome, answer.head) == (Spoke.HTTP, Outcome.SUCCESS, HEAD)
    assert dict(answer.tls).keys() == {"cipher", "issuer", "sha256", "subject", "version"}
    assert dict(answer.tls)["subject"].endswith("serialNumber=00D09E-1")
    assert requests[0].startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:")
    assert kind is Kind.SECOND
    assert [result.probe.tls for result in results] == [False, True]
    assert +book.spoke == Counter({Spoke.HTTP: 1})
    assert +book.services == Counter({Outcome.SUCCESS: 1})


def test_a_handshake_that_fails_is_told_with_what_was_said_before(
    peer: "Peer", lab_plan: "MakePlan"
) -> None:
    book, results = scanned(lab_plan("127.0.0.1", port=peer(says(ALERT))))
    answer, _ = answer_of(book)
    assert answer == Answer(Spoke.OTHER, Outcome.HANDSHAKE_ERROR, ALERT)
    assert len(results) == 2


def test_who_closes_always_is_asked_twice_and_no_more(peer: "Peer", lab_plan: "MakePlan") -> None:
    times: list[float] = []

    def behave(connection: socket.socket) -> None:
        times.append(time.monotonic())
        connection.recv(4096)

    book, _ = scanned(lab_plan("127.0.0.1", port=peer(behave)))
    answer, _ = answer_of(book)
    assert answer == Answer(Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)
    assert len(times) == 2
    assert times[1] - times[0] >= PATIENT.again


def test_who_fell_silent_is_asked_once_more(peer: "Peer", lab_plan: "MakePlan") -> None:
    behave = in_turn(hold, says(HEAD))
    book, results = scanned(lab_plan("127.0.0.1", port=peer(behave), timeouts=QUICK))
    answer, _ = answer_of(book)
    assert (answer.spoke, answer.outcome) == (Spoke.HTTP, Outcome.SUCCESS)
    assert [result.probe.tls for result in results] == [False, False]


def test_an_answer_is_never_asked_for_again(peer: "Peer", lab_plan: "MakePlan") -> None:
    """Also not when it broke off: what came identifies the device."""
    plan = lab_plan("127.0.0.1", port=peer(says(HEAD[:30])))
    book, results = scanned(plan)
    answer, kind = answer_of(book)
    assert (answer.outcome, answer.marks) == (Outcome.CONNECTION_CLOSED, CUT)
    assert (len(results), kind) == (1, Kind.ONLY)


def test_tls_that_streams_for_ever_is_cut(
    shaken: ssl.SSLContext, peer: "Peer", lab_plan: "MakePlan"
) -> None:
    def stream(connection: socket.socket) -> None:
        with shaken.wrap_socket(connection, server_side=True) as talk:
            talk.recv(4096)
            talk.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                talk.sendall(b"X-A: b\r\n" * 500)

    book, _ = scanned(lab_plan("127.0.0.1", port=peer(in_turn(says(ALERT), stream))))
    answer, _ = answer_of(book)
    assert (answer.spoke, answer.marks) == (Spoke.HTTP, CUT)


def test_tls_that_never_finishes_its_handshake_is_bounded(
    peer: "Peer", lab_plan: "MakePlan"
) -> None:
    plan = lab_plan("127.0.0.1", port=peer(in_turn(says(ALERT), hold)), timeouts=QUICK)
    book, _ = scanned(plan)
    answer, _ = answer_of(book)
    assert (answer.spoke, answer.outcome) == (Spoke.OTHER, Outcome.PROTOCOL_ERROR)
