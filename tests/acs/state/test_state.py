"""What every engine promises: one suite, run over SQLite and over a real PostgreSQL."""

import sqlite3
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state import open_state
from gatewatch.acs.state.chain import broken_at
from gatewatch.acs.state.changes import (
    AddFile,
    AddTask,
    Audit,
    CancelTask,
    Change,
    Claim,
    FinishTask,
    ForgetStranger,
    Informed,
    KeepCredential,
    KeepDocument,
    Learned,
    Release,
    RemoveCredential,
    RemoveDevice,
    RemoveDocument,
    RemoveFile,
    StartTask,
    Strange,
    Tagged,
)
from gatewatch.acs.state.engines import engine_modules
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.learning import HISTORY
from gatewatch.acs.state.records import (
    AuditEntry,
    Credential,
    Device,
    Document,
    File,
    HistoryEntry,
    Parameter,
    Stranger,
    Task,
    TaskState,
)
from gatewatch.acs.state.writing import STRANGERS
from gatewatch.model.errors import AcsKeyUnusable

KEYS = Keys(bytes(range(32)))
ONE = Device(
    "00259E-HG8245-S1",
    "Example Telecom",
    "00259E",
    "HG8245",
    "S1",
    "Device.",
    software="1.0",
    address="192.0.2.7",
    connection_url="http://192.0.2.7:7547/x",
    last_inform=1000,
    events=("0 BOOTSTRAP", "1 BOOT"),
)
ID = ONE.id


def done(state: State, change: Change) -> Any:
    """Makes one change and returns what it gives."""
    return state.apply([change])[0]


def learned(state: State, at: int = 1, gone: tuple[str, ...] = (), **values: str) -> list[str]:
    told = {f"Device.{name.replace('__', '.')}": Parameter(text) for name, text in values.items()}
    names: list[str] = done(state, Learned(ID, at, told, gone))
    return names


def test_there_is_an_engine_for_each_place() -> None:
    takes = {name: engine.takes for name, engine in engine_modules().items()}
    assert takes["sqlite"]("somewhere/acs")
    assert takes["postgresql"]("postgresql://acs@db.example.org/acs")
    assert [name for name in takes if takes[name]("postgres://x/y")] == ["postgresql"]


def test_a_device_is_new_once_and_is_then_known(state: State) -> None:
    assert done(state, Informed(ONE)) is True
    later = replace(ONE, software="2.0", last_inform=2000, events=("2 PERIODIC",))
    assert done(state, Informed(later)) is False
    assert state.device(ID) == replace(later, first_seen=1000, informs=2)
    assert state.count_devices() == 1


def test_what_an_inform_leaves_out_stays_known(state: State) -> None:
    done(state, Informed(replace(ONE, model="HG", udp_address="192.0.2.7:3478", fault="9002")))
    done(state, Informed(replace(ONE, connection_url="")))
    known = state.device(ID)
    assert known
    assert (known.model, known.udp_address) == ("HG", "192.0.2.7:3478")
    assert (known.connection_url, known.fault) == (ONE.connection_url, "9002")
    done(state, Informed(replace(ONE, fault="-")))
    assert state.device(ID) == replace(known, informs=3, fault="")


def test_devices_come_by_id_and_in_pages(state: State) -> None:
    ids = [f"D{number:04}" for number in range(1500)]
    state.apply([Informed(replace(ONE, id=id_)) for id_ in reversed(ids)])
    assert [one.id for one in state.devices()] == ids
    assert [one.id for one in state.devices("D0003", limit=2)] == ["D0004", "D0005"]


def test_tags_are_kept_from_inform_to_inform(state: State) -> None:
    assert done(state, Tagged(ID, ("lab",))) is False
    done(state, Informed(ONE))
    assert done(state, Tagged(ID, ("lab", "berlin"))) is True
    done(state, Informed(ONE))
    known = state.device(ID)
    assert known
    assert known.tags == ("lab", "berlin")


def test_a_device_that_is_removed_leaves_nothing(state: State) -> None:
    done(state, Informed(ONE))
    learned(state, a="1")
    learned(state, a="2")
    state.apply([AddTask(Task(0, ID, "reboot")), KeepCredential(Credential("u", "s", ID))])
    done(state, Claim(ID, "p", "t", 0, 100))
    assert done(state, RemoveDevice(ID)) is True
    assert state.device(ID) is None
    assert not state.parameters(ID)
    assert state.history(ID) == []
    assert state.tasks(ID) == []
    assert state.credential("u") is None
    assert done(state, Claim(ID, "q", "t2", 1, 100)) is True
    assert done(state, RemoveDevice(ID)) is False


def test_parameters_are_kept_with_type_and_right(state: State) -> None:
    told = {
        "Device.A": Parameter("é \U0001f4a1\n", "xsd:string", writable=True),
        "Device.B": Parameter("", "xsd:boolean", writable=False),
        "Device.C.UpTime": Parameter("12", "xsd:unsignedInt"),
    }
    done(state, Learned(ID, 1, told))
    assert state.parameters(ID) == told


def test_what_is_told_is_put_to_what_is_known(state: State) -> None:
    assert learned(state, a="1", b="2") == ["Device.a", "Device.b"]
    assert learned(state, b="3", c="4") == ["Device.b", "Device.c"]
    assert learned(state, b="3") == []
    values = {name: one.value for name, one in state.parameters(ID).items()}
    assert values == {"Device.a": "1", "Device.b": "3", "Device.c": "4"}


def test_what_is_gone_is_forgotten_with_what_is_below_it(state: State) -> None:
    learned(state, X__1__a="1", X__1__b="2", X__2__a="3", y="4")
    gone = learned(state, gone=("Device.X.1.", "Device.y"))
    assert gone == ["Device.X.1.a", "Device.X.1.b", "Device.y"]
    assert list(state.parameters(ID)) == ["Device.X.2.a"]


def test_history_tells_what_changed_newest_first(state: State) -> None:
    learned(state, 1, a="1", b="1")
    learned(state, 2, a="2")
    learned(state, 3, a="3", gone=("Device.b",))
    assert state.history(ID) == [
        HistoryEntry(3, "Device.a", "2", "3"),
        HistoryEntry(3, "Device.b", "1", None),
        HistoryEntry(2, "Device.a", "1", "2"),
    ]
    assert len(state.history(ID, limit=1)) == 1


def test_what_moves_by_itself_is_current_but_fills_no_history(state: State) -> None:
    for second in range(5):
        learned(state, second, DeviceInfo__UpTime=str(second), Stats__BytesSent=str(second))
    assert state.history(ID) == []
    assert state.parameters(ID)["Device.DeviceInfo.UpTime"].value == "4"


def test_history_has_an_end(state: State) -> None:
    state.apply([Learned(ID, at, {"Device.a": Parameter(str(at))}) for at in range(HISTORY + 51)])
    history = state.history(ID)
    assert len(history) == HISTORY
    assert history[-1].at == 51


def test_a_secret_that_a_device_tells_is_not_kept(state: State, place: str) -> None:
    learned(state, ManagementServer__Password="hunter2", WiFi__1__PreSharedKey="hunter2")
    parameters = state.parameters(ID)
    assert {one.value for one in parameters.values()} == {""}
    assert len(parameters) == 2


def test_a_session_has_a_device_for_itself(state: State) -> None:
    assert done(state, Claim(ID, "process 1", "a", now=0, until=60)) is True
    assert done(state, Claim(ID, "process 2", "b", now=59, until=100)) is False
    assert done(state, Claim(ID, "process 2", "b", now=60, until=100)) is True


def test_a_process_may_begin_anew_with_a_device_that_it_has(state: State) -> None:
    done(state, Claim(ID, "process 1", "a", now=0, until=60))
    assert done(state, Claim(ID, "process 1", "b", now=1, until=61)) is True
    assert done(state, Release(ID, "a")) is False
    assert done(state, Release(ID, "b")) is True
    assert done(state, Claim(ID, "process 2", "c", now=2, until=62)) is True


def test_of_two_that_claim_at_once_one_gets_the_device(state: State) -> None:
    claims = [Claim(ID, f"process {number}", str(number), 0, 60) for number in range(5)]
    assert state.apply(claims) == [True, False, False, False, False]


def test_a_release_makes_room_for_a_claim_of_the_same_moment(state: State) -> None:
    done(state, Claim(ID, "process 1", "a", 0, 60))
    assert state.apply([Claim(ID, "process 2", "b", 0, 60), Release(ID, "a")]) == [True, True]


def with_task(state: State, **given: Any) -> int:
    done(state, Claim(ID, "p", "t", 0, 1000))
    number: int = done(state, AddTask(Task(0, ID, "set", '{"x": "secret"}', **given)))
    return number


def test_a_task_goes_from_waiting_to_done(state: State) -> None:
    number = with_task(state, by="ada", created=5)
    (due,) = state.due(ID, now=10)
    assert due == Task(number, ID, "set", '{"x": "secret"}', "ada", "", 5)
    assert done(state, StartTask(number, "t", 10)) is True
    assert state.due(ID, now=10) == []
    assert done(state, FinishTask(number, "t", 11, TaskState.DONE, result="{}")) is True
    task = state.task(number)
    assert task
    assert (task.state, task.tries, task.finished, task.result) == ("done", 1, 11, "{}")


def test_a_task_is_started_by_one_session_only(state: State) -> None:
    number = with_task(state)
    assert done(state, StartTask(number, "another", 10)) is False
    assert done(state, StartTask(number, "t", 2000)) is False, "its claim has ended"
    assert done(state, StartTask(number, "t", 10)) is True
    assert done(state, StartTask(number, "t", 10)) is False


def test_a_task_of_a_session_that_was_replaced_is_not_finished_by_it(state: State) -> None:
    number = with_task(state)
    done(state, StartTask(number, "t", 10))
    (interrupted,) = state.interrupted(ID, "new")
    assert interrupted.id == number
    assert state.interrupted(ID, "t") == []
    assert done(state, FinishTask(number, "new", 11, TaskState.DONE)) is False
    assert done(state, FinishTask(number, "t", 11, TaskState.WAITING, not_before=50)) is True
    assert state.due(ID, now=49) == []
    assert [one.id for one in state.due(ID, now=50)] == [number]


def test_a_finished_task_holds_its_secrets_no_longer(state: State) -> None:
    number = with_task(state)
    state.apply([StartTask(number, "t", 10)])
    state.apply([FinishTask(number, "t", 11, TaskState.DONE)])
    task = state.task(number)
    assert task
    assert task.arguments == "{}"


def test_a_waiting_task_can_be_cancelled_and_expires(state: State) -> None:
    first, second = with_task(state), with_task(state, expires=20)
    assert done(state, CancelTask(first, 5, "not needed")) is True
    assert done(state, CancelTask(first, 5)) is False
    assert [one.id for one in state.due(ID, now=19)] == [second]
    assert state.due(ID, now=20) == []


def test_tasks_are_found_by_device_state_and_campaign(state: State) -> None:
    numbers = state.apply(
        [
            AddTask(Task(0, ID, "reboot", campaign="c1")),
            AddTask(Task(0, "other", "reboot", campaign="c1")),
            AddTask(Task(0, ID, "get")),
        ]
    )
    assert numbers == [1, 2, 3]
    done(state, CancelTask(3, 1))
    assert [one.id for one in state.tasks(campaign="c1")] == [1, 2]
    assert [one.id for one in state.tasks(ID)] == [1, 3]
    assert [one.id for one in state.tasks(ID, states=[TaskState.WAITING])] == [1]


def test_a_credential_is_whole_again_when_it_is_asked_for(state: State) -> None:
    one = Credential("gw-1", "pass word", ID, 5, "cr", "other word")
    done(state, KeepCredential(one))
    assert state.credential("gw-1") == one
    newer = replace(one, username="gw-2", created=6)
    done(state, KeepCredential(newer))
    assert state.credentials(ID) == [newer, one]
    assert done(state, RemoveCredential("gw-1")) is True
    assert done(state, RemoveCredential("gw-1")) is False
    assert state.credential("gw-1") is None


def raw_text(place: str) -> str:
    """Everything in the tables of passwords and tasks, as somebody with the database sees it."""
    found = []
    con: Any = psycopg.connect(place) if "://" in place else sqlite3.connect(f"{place}/acs.sqlite")
    for table in ("credentials", "tasks", "parameters"):
        found += [
            bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)
            for row in con.execute(f"SELECT * FROM {table}").fetchall()
            for cell in row
        ]
    con.close()
    return "\n".join(found)


def test_who_has_only_the_database_has_no_password(state: State, place: str) -> None:
    state.apply(
        [
            KeepCredential(Credential("gw-1", "hunter2", ID, 5, "cr", "hunter3")),
            AddTask(Task(0, ID, "set", '{"password": "hunter4"}')),
            Learned(ID, 1, {"Device.Password": Parameter("hunter5")}),
        ]
    )
    text = raw_text(place)
    assert "gw-1" in text
    assert "hunter" not in text


def test_another_key_opens_nothing(state: State, place: str) -> None:
    done(state, KeepCredential(Credential("gw-1", "hunter2")))
    thief = open_state(place, Keys(bytes(32)))
    with pytest.raises(AcsKeyUnusable):
        thief.credential("gw-1")
    thief.close()


def test_strangers_are_counted_and_their_number_has_an_end(state: State) -> None:
    one = Stranger("192.0.2.9", "00259E-X-1", "admin", 10, 10)
    assert done(state, Strange(one)) is True
    assert done(state, Strange(replace(one, last_seen=20))) is True
    assert state.strangers() == [replace(one, last_seen=20, count=2)]
    more = [Strange(replace(one, claimed=str(number))) for number in range(STRANGERS)]
    assert state.apply(more).count(False) == 1
    assert done(state, ForgetStranger("192.0.2.9", "00259E-X-1")) is True
    assert done(state, Strange(replace(one, claimed="late"))) is True


def test_a_document_is_changed_only_by_who_knows_its_version(state: State) -> None:
    one = Document("campaign", "c1", "{}", updated=5)
    assert done(state, KeepDocument(one)) is True
    assert done(state, KeepDocument(one)) is False
    known = state.document("campaign", "c1")
    assert known == replace(one, version=1)
    newer = replace(known, body='{"x":1}')
    assert state.apply([KeepDocument(newer), KeepDocument(newer)]) == [True, False]
    done(state, KeepDocument(Document("other", "c0", "{}")))
    assert [(one.id, one.version) for one in state.documents("campaign")] == [("c1", 2)]
    assert done(state, RemoveDocument("campaign", "c1")) is True
    assert state.document("campaign", "c1") is None


def test_the_catalogue_of_files_is_kept(state: State) -> None:
    one = File("ab" * 32, "fw.bin", 5, "2.0", ("00259E/HG8245",), "sig", "signer", 7, "ada")
    done(state, AddFile(one))
    assert state.file(one.sha256) == one
    assert state.files() == [one]
    assert done(state, RemoveFile(one.sha256)) is True
    assert state.files() == []


def test_the_audit_log_is_a_chain_that_only_grows(state: State, place: str) -> None:
    said = [AuditEntry(at, "ada", "reboot", ID, "{}") for at in range(3)]
    assert state.apply([Audit(one) for one in said]) == [1, 2, 3]
    assert done(state, Audit(replace(said[0], at=9))) == 4
    entries = state.audit()
    assert [one.at for one in entries] == [0, 1, 2, 9]
    assert broken_at(entries, KEYS) is None
    assert [one.number for one in state.audit(after=2)] == [3, 4]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'eve'", "DELETE FROM audit WHERE number = 1"]
)
def test_the_database_itself_refuses_to_change_the_log(
    state: State, place: str, statement: str
) -> None:
    done(state, Audit(AuditEntry(1, "ada", "reboot", ID)))
    con: Any = psycopg.connect(place) if "://" in place else sqlite3.connect(f"{place}/acs.sqlite")
    with pytest.raises((psycopg.Error, sqlite3.Error), match="only grows"):
        con.execute(statement)
    con.close()


@pytest.mark.parametrize("change", ["actor", "hash", "number", "lost"])
def test_a_log_that_was_changed_all_the_same_does_not_verify(state: State, change: str) -> None:
    state.apply([Audit(AuditEntry(at, "ada", "reboot", ID)) for at in range(4)])
    entries = state.audit()
    if change == "lost":
        del entries[1]
    else:
        value: Any = 7 if change == "number" else "eve"
        entries[1] = replace(entries[1], **{change: value})
    assert broken_at(entries, KEYS) == 2
    assert broken_at(state.audit(), Keys(bytes(32))) == 1


def test_changes_are_made_all_or_none(state: State) -> None:
    broken = Document("k", "x", None)  # type: ignore[arg-type]
    with pytest.raises((psycopg.Error, sqlite3.Error)):
        state.apply([Informed(ONE), KeepDocument(broken)])
    assert state.count_devices() == 0
    assert done(state, Informed(ONE)) is True
