"""`gatewatch acs`: words over a state in a folder; and the server as a process."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.acs.serving.cpe import Cpe

from gatewatch.acs.sealing import keys_from
from gatewatch.acs.state import open_state
from gatewatch.acs.state.changes import Informed, Learned, Strange
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Device, Parameter, Stranger
from gatewatch.cli.main import run
from gatewatch.model.errors import Exit

ID = "00259E-HG8245-S1"
NOW = 1_700_000_000_000_000
Told = Callable[..., list[Any]]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "gatewatch-acs"
    folder.mkdir()
    opened = open_state(str(folder), keys_from(folder / "acs.key"))
    device = Device(ID, "Example", "00259E", "HG8245", "S1", software="1.0", last_inform=NOW)
    opened.apply(
        [
            Informed(device),
            Learned(ID, NOW, {"Device.X": Parameter("1", "unsignedInt")}),
            Learned(ID, NOW + 1, {"Device.X": Parameter("2", "unsignedInt")}),
        ]
    )
    yield opened
    opened.close()


@pytest.fixture
def told(state: State, capsys: pytest.CaptureFixture[str]) -> Told:
    """Runs a command line; what it wrote, JSON lines as such."""

    def command(*argv: str, code: int = Exit.FOUND) -> list[Any]:
        capsys.readouterr()
        assert run(["acs", *argv]) == code, capsys.readouterr().err
        lines = capsys.readouterr().out.splitlines()
        return [json.loads(line) if line.startswith("{") else line for line in lines]

    return command


def test_devices_are_listed_by_a_query(told: Told) -> None:
    assert [row["device"] for row in told("devices", "software:1.0")] == [ID]
    assert told("devices", "software:2.0", code=Exit.NOTHING) == []
    told("devices", "nosuch:1", code=Exit.BAD_INPUT)


def test_one_device_is_told_whole_with_its_history_and_tags(told: Told, state: State) -> None:
    facts = {row["what"]: row["value"] for row in told("device", ID)}
    assert facts["software"] == "1.0"
    assert facts["Device.X"] == "2"
    (change,) = told("device", ID, "--history")
    assert (change["name"], change["before"], change["after"]) == ("Device.X", "1", "2")
    told("device", ID, "--tag", "lab")
    assert [row["tags"] for row in told("devices", "tag:lab")] == [["lab"]]
    told("device", ID, "--forget")
    told("device", ID, code=Exit.DATA)


@pytest.mark.parametrize(
    "order",
    [
        ["get", ID, "Device.X"],
        ["refresh", ID, "Device."],
        ["set", ID, "Device.X=3"],
        ["reboot", ID],
        ["factory-reset", ID],
    ],
)
def test_nothing_is_ordered_without_yes(told: Told, state: State, order: list[str]) -> None:
    assert "nothing was ordered" in told(*order)[0]
    assert state.tasks() == []
    told(*order, "--yes")
    assert len(state.tasks()) == 1


def test_a_value_is_set_in_the_type_in_which_it_was_told(told: Told, state: State) -> None:
    told("set", ID, "Device.X=3", "Device.Y:boolean=1", "--yes")
    (task,) = state.tasks()
    assert json.loads(task.arguments)["values"] == {
        "Device.X": ["3", "unsignedInt"],
        "Device.Y": ["1", "boolean"],
    }


def test_a_factory_reset_waits_for_a_second_person(told: Told, state: State) -> None:
    told("factory-reset", ID, "--yes")
    told("confirm", "1", code=Exit.BAD_INPUT)
    told("confirm", "1", "--alone")
    assert [row["state"] for row in told("tasks")] == ["waiting"]
    told("cancel", "1")
    told("cancel", "1", code=Exit.NOTHING)


def test_the_log_tells_who_did_what_and_verifies(told: Told) -> None:
    told("reboot", ID, "--yes")
    (entry,) = told("audit", "--verify")
    assert (entry["action"], entry["subject"]) == ("ordered reboot", ID)


def test_firmware_goes_from_key_to_order(told: Told, state: State, tmp_path: Path) -> None:
    (tmp_path / "fw.bin").write_bytes(b"image")
    told("firmware", "keygen", "maker.pem")
    told("firmware", "sign", "fw.bin", "--key", "maker.pem", "--version", "2.0", "--model",
         "00259E/HG8245")  # fmt: skip
    told("firmware", "add", "fw.bin", code=Exit.BAD_INPUT)
    told("firmware", "trust", "maker.pub")
    told("firmware", "add", "fw.bin")
    (row,) = told("firmware", "list")
    assert (row["version"], row["signer"]) == ("2.0", "maker")
    told("upgrade", ID, "2.0", "--yes")
    assert [task.action for task in state.tasks()] == ["upgrade"]
    told("upgrade", ID, "3.0", code=Exit.BAD_INPUT)
    assert "1 files are what was signed" in told("firmware", "verify")
    (tmp_path / "gatewatch-acs" / "files" / row["sha256"]).write_bytes(b"other")
    told("firmware", "verify", code=Exit.BAD_INPUT)
    told("firmware", "remove", row["sha256"])


def test_credentials_tokens_and_strangers_come_and_go(told: Told, state: State) -> None:
    (line,) = told("credential", "add", "gw-1", "--device", ID)
    credential = state.credential("gw-1")
    assert credential
    assert line == f"gw-1 {credential.secret}"
    told("credential", "remove", "gw-1")
    told("credential", "remove", "gw-1", code=Exit.NOTHING)
    told("token", "add", "ada")
    assert [row["role"] for row in told("token", "list")] == ["viewer"]
    told("token", "remove", "ada")
    state.apply([Strange(Stranger("192.0.2.9", "00259E-X-S2", "factory", NOW, NOW))])
    assert [row["claimed"] for row in told("quarantine")] == ["00259E-X-S2"]
    told("quarantine", "--approve", "00259E-X-S2", "--password", "word")
    assert told("quarantine", code=Exit.NOTHING) == []
    approved = state.credential("factory")
    assert approved
    assert approved.device == "00259E-X-S2"


def test_without_a_state_a_word_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["acs", "devices"]) == Exit.DATA
    assert 'there is none yet: "gatewatch acs serve" makes one' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_lab_beyond_loopback_is_refused(told: Told) -> None:
    told("serve", "--lab", "--listen", "192.0.2.1", code=Exit.BAD_INPUT)
    told("serve", "--admin-listen", "192.0.2.1", code=Exit.BAD_INPUT)


def test_the_server_serves_and_ends_when_told(program: list[str], tmp_path: Path) -> None:
    server = subprocess.Popen(
        [*program, "acs", "serve", "--lab", "--port", "0", "--admin-port", "0"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    assert server.stderr
    line = server.stderr.readline()
    port = int(line.partition("127.0.0.1:")[2].partition("/")[0])
    assert Cpe(port, username="any").session() == []
    server.send_signal(signal.SIGTERM)
    _, said = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "sessions: 1" in said
