"""Every outcome that the connect engine can give, provoked on real sockets."""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.scan.conftest import QUICK, engine_of

from gatewatch.model.observation import (
    BODY_LIMIT,
    HEAD_LIMIT,
    Answer,
    Mark,
    Observation,
    Outcome,
    Spoke,
    Unanswered,
)
from gatewatch.scan import connecting
from gatewatch.scan.plan import Plan, Timeouts

if TYPE_CHECKING:
    from tests.scan.conftest import Behaviour, MakePlan, Peer

GRACE = 5.0  # what a busy machine may add to a deadline
HEAD = b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\nConnection: close\r\n"
RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"


def probe(plan: Plan) -> Observation | Unanswered:
    engine = engine_of(plan)
    (result,) = list(engine.results())
    return result.record


def answer_of(plan: Plan) -> Answer:
    record = probe(plan)
    assert isinstance(record, Observation)
    return record.answer


def outcome_of(plan: Plan) -> Outcome:
    record = probe(plan)
    assert isinstance(record, Unanswered)
    return record.outcome


def after_request(*pieces: bytes, pause: float = 0.0) -> "Behaviour":
    """Sends the pieces once the request is there, then closes."""

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return behave


def hold(connection: socket.socket) -> None:
    """Says nothing until the other side goes."""
    while connection.recv(4096):
        pass


def test_success_by_length(peer: "Peer", lab_plan: "MakePlan") -> None:
    head = HEAD + b"Content-Length: 2\r\n\r\n"

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(head + b"ok")
        hold(connection)

    plan = lab_plan("127.0.0.1", port=peer(behave))
    assert answer_of(plan) == Answer(Spoke.HTTP, Outcome.SUCCESS, head, b"ok")


def test_success_until_the_peer_closes(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(after_request(HEAD + b"\r\n", b"denied")))
    assert answer_of(plan) == Answer(Spoke.HTTP, Outcome.SUCCESS, HEAD + b"\r\n", b"denied")


def test_success_over_ipv6(peer: "Peer", lab_plan: "MakePlan") -> None:
    head = b"HTTP/1.0 204 No Content\r\n\r\n"
    plan = lab_plan("::1", port=peer(after_request(head), "::1"))
    assert answer_of(plan) == Answer(Spoke.HTTP, Outcome.SUCCESS, head)


def test_connection_refused(lab_plan: "MakePlan") -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert outcome_of(lab_plan("127.0.0.1", port=port)) is Outcome.CONNECTION_REFUSED


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port whose SYNs are dropped: its queue of connections not yet accepted is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_connection_timeout(lab_plan: "MakePlan") -> None:
    with full_backlog() as port:
        plan = lab_plan("127.0.0.1", port=port, timeouts=QUICK)
        started = time.monotonic()
        assert outcome_of(plan) is Outcome.CONNECTION_TIMEOUT
        assert 0.3 <= time.monotonic() - started < 0.3 + GRACE


def test_connection_closed_without_a_byte(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(after_request()))
    assert answer_of(plan) == Answer(Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)


def test_connection_closed_within_the_answer(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(after_request(HEAD + b"Content-Length: 9\r\n\r\nabc")))
    answer = answer_of(plan)
    assert (answer.spoke, answer.outcome) == (Spoke.HTTP, Outcome.CONNECTION_CLOSED)
    assert answer.body == b"abc"
    assert answer.marks == {Mark.TRUNCATED}


def test_connection_reset_without_a_byte(peer: "Peer", lab_plan: "MakePlan") -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    plan = lab_plan("127.0.0.1", port=peer(behave))
    assert answer_of(plan) == Answer(Spoke.CONNECTED, Outcome.CONNECTION_RESET)


def test_connection_reset_before_the_request(peer: "Peer", lab_plan: "MakePlan") -> None:
    def behave(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    plan = lab_plan("127.0.0.1", port=peer(behave))
    assert answer_of(plan) == Answer(Spoke.CONNECTED, Outcome.CONNECTION_RESET)


def test_io_timeout_without_a_byte(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(hold), timeouts=QUICK)
    started = time.monotonic()
    assert answer_of(plan) == Answer(Spoke.CONNECTED, Outcome.IO_TIMEOUT)
    assert 0.4 <= time.monotonic() - started < 0.4 + GRACE


def test_io_timeout_after_the_head_keeps_the_head(peer: "Peer", lab_plan: "MakePlan") -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n")
        hold(connection)

    plan = lab_plan("127.0.0.1", port=peer(behave), timeouts=QUICK)
    assert answer_of(plan) == Answer(Spoke.HTTP, Outcome.IO_TIMEOUT, HEAD + b"\r\n")


def test_a_dripping_peer_meets_the_deadline_of_the_whole(
    peer: "Peer", lab_plan: "MakePlan"
) -> None:
    drops = [bytes([byte]) for byte in HEAD + b"\r\n" + b"x" * 500]
    plan = lab_plan("127.0.0.1", port=peer(after_request(*drops, pause=0.02)), timeouts=QUICK)
    started = time.monotonic()
    answer = answer_of(plan)
    assert 0.8 <= time.monotonic() - started < 0.8 + GRACE
    assert (answer.spoke, answer.outcome) == (Spoke.HTTP, Outcome.IO_TIMEOUT)
    assert answer.marks == {Mark.TRUNCATED}
    assert HEAD.startswith(answer.head[:20])


@pytest.mark.parametrize("banner", [b"SSH-2.0-dropbear\r\n", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_protocol_error_keeps_the_first_bytes(
    banner: bytes, peer: "Peer", lab_plan: "MakePlan"
) -> None:
    plan = lab_plan("127.0.0.1", port=peer(after_request(banner)))
    assert answer_of(plan) == Answer(Spoke.OTHER, Outcome.PROTOCOL_ERROR, banner)


def stream(start: bytes, filler: bytes) -> "Behaviour":
    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(filler * 1000)

    return behave


def test_an_endless_body_is_cut(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(stream(HEAD + b"\r\n", b"x")))
    answer = answer_of(plan)
    assert (answer.spoke, answer.outcome) == (Spoke.HTTP, Outcome.SUCCESS)
    assert answer.body == b"x" * BODY_LIMIT
    assert answer.marks == {Mark.TRUNCATED}


def test_an_endless_head_is_cut(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(stream(HEAD, b"X-A: b\r\n")))
    answer = answer_of(plan)
    assert (answer.spoke, answer.outcome) == (Spoke.HTTP, Outcome.SUCCESS)
    assert len(answer.head) == HEAD_LIMIT
    assert answer.marks == {Mark.TRUNCATED}


def test_endless_talk_that_is_no_http_is_cut(peer: "Peer", lab_plan: "MakePlan") -> None:
    plan = lab_plan("127.0.0.1", port=peer(stream(b"", b"\xff\xfb\x01")))
    answer = answer_of(plan)
    assert (answer.spoke, answer.outcome) == (Spoke.OTHER, Outcome.PROTOCOL_ERROR)
    assert len(answer.head) == HEAD_LIMIT


def test_host_unreachable(lab_plan: "MakePlan") -> None:
    """No TCP connection can go to a broadcast address; Linux says ENETUNREACH."""
    plan = lab_plan("127.255.255.255", port=7547)
    assert outcome_of(plan) is Outcome.HOST_UNREACHABLE


def test_unknown_error(lab_plan: "MakePlan", monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that the table does not know is not taken for one that it knows."""
    monkeypatch.delitem(connecting._ASKED_IN_VAIN, errno.ENETUNREACH)
    assert outcome_of(lab_plan("127.255.255.255", port=7547)) is Outcome.UNKNOWN_ERROR


def test_each_deadline_is_the_plans_own(peer: "Peer", lab_plan: "MakePlan") -> None:
    timeouts = Timeouts(connect=60, first_byte=0.1, whole=60)
    plan = lab_plan("127.0.0.1", port=peer(hold), timeouts=timeouts)
    started = time.monotonic()
    assert answer_of(plan).outcome is Outcome.IO_TIMEOUT
    assert time.monotonic() - started < 0.1 + GRACE
