"""Which session a request belongs to, how many there may be, and events that come too late."""

import tracemalloc

import pytest

from gatewatch.acs.dialogue import Claimed, Given, Gone, Reply, Rules, Store, Who, posted
from gatewatch.acs.session import Session, Stage
from gatewatch.acs.sessions import Sessions, Visit, cookie_token
from gatewatch.acs.state.changes import FinishTask
from gatewatch.acs.state.records import Task, TaskState
from gatewatch.protocol.cwmp import DeviceId, Event, Inform, ParameterValue
from gatewatch.protocol.soap import Envelope, write

TOKEN = "0123456789abcdef" * 2
SECOND = 1_000_000


def inform(serial: str = "1", value: str = "1") -> bytes:
    device = DeviceId("Example", "00005E", "box", serial)
    told = (ParameterValue("Device.A", value),)
    return write(Envelope(Inform(device, (Event("2 PERIODIC"),), parameters=told), "1"))


def visit(number: int, *, known: bool = True) -> Visit:
    return Visit(number, Who("", f"user {number}", known), f"192.0.2.{number % 250}")


def opened() -> Session:
    session = Session(Who(), Rules())
    session.handle(posted(inform(), 1, TOKEN))
    session.handle(Claimed(True, 1))
    return session


@pytest.mark.parametrize(
    "header",
    [
        f"session={TOKEN}",
        f'session="{TOKEN}"',
        f"other=1; session={TOKEN}; Path=/",
        f"other=1, session={TOKEN}",
        f"session = {TOKEN}",
        f"session={'0' * 32}; session={TOKEN}",
    ],
)
def test_the_cookie_is_found_however_a_device_writes_it(header: str) -> None:
    assert cookie_token(header) == TOKEN


@pytest.mark.parametrize(
    "header",
    [
        "",
        "session=",
        "session=abc",
        f"xsession={TOKEN}",
        f"session={TOKEN}0",
        f"session={TOKEN.upper()}",
    ],
)
def test_what_cannot_be_our_cookie_is_none(header: str) -> None:
    assert cookie_token(header) == ""


def test_there_is_room_for_so_many_sessions_and_no_more() -> None:
    sessions = Sessions(Rules(), most=3)
    for number in range(3):
        sessions.post(visit(number), posted(inform(str(number)), SECOND, f"{number:032x}"))
    session, commands = sessions.post(visit(9), posted(inform("9"), SECOND, "9" * 32))
    assert session is None
    reply = commands[-1]
    assert isinstance(reply, Reply)
    assert (reply.status, reply.retry_after_s) == (503, 60)
    assert len(sessions) == 3


def test_silent_sessions_make_room() -> None:
    sessions = Sessions(Rules(), most=1, silence=10 * SECOND)
    sessions.post(visit(1), posted(inform("1"), SECOND, "1" * 32))
    session, _ = sessions.post(visit(2), posted(inform("2"), 12 * SECOND, "2" * 32))
    assert session is not None
    assert len(sessions) == 1


def test_strangers_do_not_crowd_out_each_other_without_end() -> None:
    sessions = Sessions(Rules(), most=100)
    for number in range(1000):
        sessions.post(visit(number, known=False), posted(inform(), SECOND, f"{number:032x}"))
    assert len(sessions) == 100


def test_a_session_that_is_over_leaves_with_its_connection() -> None:
    sessions = Sessions(Rules())
    sessions.post(visit(1, known=False), posted(inform(), SECOND, "1" * 32))
    sessions.post(visit(1, known=False), posted(b"", SECOND, "2" * 32))
    assert len(sessions) == 1
    sessions.left(1)
    sessions.left(1)
    assert len(sessions) == 0


def test_what_opened_no_session_leaves_with_its_connection() -> None:
    sessions = Sessions(Rules())
    sessions.post(visit(1), posted(b"nonsense", SECOND, "1" * 32))
    sessions.left(1)
    assert len(sessions) == 0


def test_a_connection_whose_caller_changes_is_another_session() -> None:
    """A proxy may send the requests of several devices over one connection."""
    sessions = Sessions(Rules())
    one, other = Who("", "one"), Who("", "other")
    first, _ = sessions.post(Visit(1, one, "192.0.2.1"), posted(inform("1"), SECOND, "1" * 32))
    second, _ = sessions.post(Visit(1, other, "192.0.2.1"), posted(inform("2"), SECOND, "2" * 32))
    assert first is not second
    assert len(sessions) == 2


def test_a_device_that_left_a_shared_connection_does_not_end_the_next_ones_session() -> None:
    """A proxy without credentials: two devices inform over one connection, one after the other."""
    sessions = Sessions(Rules())
    shared = Visit(1, Who(), "192.0.2.1")
    session, _ = sessions.post(shared, posted(inform("1"), SECOND, "1" * 32))
    assert session is not None
    sessions.handle(session, Claimed(True, SECOND))
    sessions.post(shared, posted(inform("2"), SECOND, "2" * 32))
    sessions.handle(session, Claimed(True, SECOND))
    sessions.post(Visit(2, Who(), "192.0.2.1"), posted(inform("1"), SECOND, "3" * 32))
    assert session.device.endswith("-2")
    assert session.stage is Stage.THEIRS


def test_a_task_that_comes_too_late_goes_back() -> None:
    """The device has gone while the state looked for a task."""
    session = opened()
    session.handle(posted(b"", 1, TOKEN))
    assert session.stage is Stage.CHOOSING
    session.handle(Gone("away", 2))
    kept, reply = session.handle(Given(Task(7, "", "reboot", tries=1), 3))
    assert isinstance(kept, Store)
    (finish,) = kept.changes
    assert isinstance(finish, FinishTask)
    assert (finish.id, finish.state) == (7, TaskState.WAITING)
    assert reply == Reply(400, close=True)


def test_no_task_that_comes_too_late_is_nothing() -> None:
    session = opened()
    session.handle(posted(b"", 1, TOKEN))
    session.handle(Gone("away", 2))
    assert session.handle(Given(None, 3)) == [Reply(400, close=True)]


def test_a_claim_that_comes_too_late_is_nothing() -> None:
    session = Session(Who(), Rules())
    session.handle(posted(inform(), 1, TOKEN))
    session.handle(Gone("away", 2))
    assert session.handle(Claimed(True, 3)) == [Reply(400, close=True)]


@pytest.mark.parametrize("stage", [Stage.CLAIMING, Stage.CHOOSING])
def test_who_speaks_out_of_turn_is_sent_away(stage: Stage) -> None:
    session = Session(Who(), Rules())
    session.handle(posted(inform(), 1, TOKEN))
    if stage is Stage.CHOOSING:
        session.handle(Claimed(True, 1))
        session.handle(posted(b"", 1, TOKEN))
    assert session.stage is stage
    assert session.handle(posted(inform(), 2, TOKEN))[-1] == Reply(400, close=True)
    assert session.stage is Stage.OVER


def test_an_open_session_keeps_nothing_of_what_the_device_said() -> None:
    """Thousands wait at once: each costs its state, not its last message."""
    sessions = Sessions(Rules())
    tracemalloc.start()
    for number in range(50):
        body = inform(str(number), "x" * 100_000)
        session, _ = sessions.post(visit(number), posted(body, SECOND, f"{number:032x}"))
        assert session is not None
        sessions.handle(session, Claimed(True, SECOND))
        assert session.stage is Stage.THEIRS
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 50 * 20_000


def test_an_identity_of_any_length_is_not_kept() -> None:
    session = Session(Who(), Rules())
    *_, reply, _ = session.handle(posted(inform("x" * 129), 1, TOKEN))
    assert isinstance(reply, Reply)
    assert b"<FaultCode>8003</FaultCode>" in reply.body
