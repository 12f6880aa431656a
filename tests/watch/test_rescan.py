import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.errors import PoliteRefusal
from gatewatch.model.knowledge import OURS
from gatewatch.model.moment import SECOND
from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.model.response import response_id
from gatewatch.protocol.masking import mask
from gatewatch.watch.cases import Case, Cases, State
from gatewatch.watch.finding import Advice, Evidence, Finding, Severity
from gatewatch.watch.rescan import Manner, Verdict, _judged, rescan

NOW = int(time() * SECOND)
OLD = b"HTTP/1.1 404 Not Found\r\nServer: RomPager/4.07 UPnP/1.0\r\nContent-Length: 0\r\n\r\n"
FIXED = b"HTTP/1.1 404 Not Found\r\nServer: Unheard-Of/9\r\nContent-Length: 0\r\n\r\n"
LAB = Manner(None, None, lab=True)


@contextmanager
def answering(said: bytes) -> Iterator[int]:
    """A router on loopback that says the same to everybody; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        closing = threading.Event()

        def serve() -> None:
            while not closing.is_set():
                try:
                    visitor, _ = door.accept()
                except OSError:
                    return
                with visitor:
                    visitor.settimeout(5)
                    try:
                        visitor.recv(4096)
                        visitor.sendall(said)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        closing.set()
        door.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def open_case(watch: Path, port: int, *, signin_at: int = NOW, ip: str = "127.0.0.1") -> None:
    seen = mask(Answer(Spoke.HTTP, Outcome.SUCCESS, OLD), ip)
    found = Evidence(parse_address(ip), port, signin_at, NOW, 0.9, "close")
    with Cases.open(watch) as cases:
        cases.record(
            [
                Finding(
                    "vulnerable-router", "it", 42, Severity.HIGH, 0.9, Advice.STEP_UP, "behind it",
                    (found,), 1, response_id(seen),
                )
            ],
            NOW,
        )  # fmt: skip


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def state_of(watch: Path) -> State:
    with Cases.open(watch) as cases:
        return cases.one(1).state


@pytest.mark.parametrize(
    ("said", "verdict", "state"),
    [(OLD, Verdict.OPEN, State.NEW), (FIXED, Verdict.MENDED, State.MENDED)],
)
def test_what_answers_as_before_is_open_and_what_was_updated_is_mended(
    watch: Path, tmp_path: Path, said: bytes, verdict: Verdict, state: State
) -> None:
    with answering(said) as port:
        open_case(watch, port)
        done = rescan(watch, tmp_path / "lake", LAB, NOW)
    assert done.verdicts == {1: verdict}
    assert state_of(watch) is state


def test_a_door_that_was_closed_is_mended_with_proof(watch: Path, tmp_path: Path) -> None:
    open_case(watch, closed_port())
    assert rescan(watch, tmp_path / "lake", LAB, NOW).verdicts == {1: Verdict.MENDED}
    with Cases.open(watch) as cases:
        proof = cases.history(1)[-1].note
    assert proof.startswith("before: response ")
    assert "after: no answer, asked twice" in proof
    assert not (watch / "rescan").exists()


def test_only_open_cases_are_asked(watch: Path, tmp_path: Path) -> None:
    open_case(watch, closed_port())
    with Cases.open(watch) as cases:
        cases.move(1, State.ACCEPTED, NOW, "tester")
    assert rescan(watch, tmp_path / "lake", LAB, NOW).verdicts == {}


@pytest.mark.parametrize("manner", [Manner(None, None), Manner(None, "mailto:noc@example.net")])
def test_there_is_no_way_round_the_scanners_rules(
    watch: Path, tmp_path: Path, manner: Manner
) -> None:
    open_case(watch, 7547, ip="192.0.2.7")
    with pytest.raises(PoliteRefusal):
        rescan(watch, tmp_path / "lake", manner, NOW)
    assert state_of(watch) is State.NEW
    assert not (watch / "rescan").exists()


def test_who_is_excluded_is_never_asked(watch: Path, tmp_path: Path) -> None:
    with answering(OLD) as port:
        open_case(watch, port)
        open_case(watch, port)
        exclude = tmp_path / "exclude.txt"
        exclude.write_text("127.0.0.1  # asked to be left alone\n")
        with pytest.raises(PoliteRefusal, match="excluded"):
            rescan(watch, tmp_path / "lake", Manner(exclude, None, lab=True), NOW)
    assert state_of(watch) is State.NEW


def test_silence_after_the_person_left_proves_nothing() -> None:
    day = 86_400 * SECOND
    case = _case(NOW - 2 * day)
    verdict, _ = _judged(case, None, NOW, Manner(None, "mailto:noc@example.net"), OURS)
    assert verdict is Verdict.UNSEEN
    verdict, _ = _judged(
        _case(NOW - day // 2), None, NOW, Manner(None, "mailto:noc@example.net"), OURS
    )
    assert verdict is Verdict.MENDED


def _case(signin_at: int) -> Case:
    return Case(
        1, "exposed-router", "it", 42, State.NEW, "low", 0.9, "", "", parse_address("192.0.2.7"),
        7547, 7, 1, NOW, NOW, signin_at, NOW, None, "", 0,
    )  # fmt: skip
