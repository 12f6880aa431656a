import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gatewatch.acs.device_kinds import CLOSED
from gatewatch.acs.devices import SimulatedDevices
from gatewatch.cli.main import run
from gatewatch.model.errors import Exit
from gatewatch.store.lake import Lake

STREET = [f"127.77.9.{host}" for host in range(1, 31)]
CONTACT = "mailto:noc@example.net"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, with a lab's scope and an empty exclusions file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("LAKE", "CONTACT", "QUIET", "ACCESSIBLE", "ERRORS"):
        monkeypatch.delenv(f"GATEWATCH_{name}", raising=False)
    (tmp_path / "lab.txt").write_text("\n".join(STREET), encoding="ascii")
    (tmp_path / "ours.txt").write_text("8.8.8.0/24\n", encoding="ascii")
    (tmp_path / "exclude.txt").write_text("8.8.8.8  # they asked\n", encoding="ascii")
    return tmp_path


@pytest.fixture
def street() -> Iterator[SimulatedDevices]:
    with SimulatedDevices(STREET, port=0, closed=0.1) as devices:
        yield devices


def test_plan_shows_what_would_be_asked_and_sends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = ["scan", "plan", "--scope", "ours.txt", "--exclude", "exclude.txt"]
    assert run([*plan, "--contact", CONTACT, "--rate", "500"]) == Exit.FOUND
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "scan ours.txt, port 7547",
        "  addresses  255 of 256 (1 excluded)",
        "  speed      at most 500 a second, 15 s in all",
        "  a /24 is   asked at most every 0.05 s",
        "  each gets  one connection, GET / without credentials",
        "  who asks   gatewatch/0.1.0 (+mailto:noc@example.net)",
    ]
    assert err == ""


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["--exclude", "exclude.txt"], Exit.REFUSED, "nobody who is asked could tell who asks"),
        (["--contact", CONTACT], Exit.REFUSED, "no exclusions are given: add --exclude FILE"),
        (["--contact", CONTACT, "--exclude", "none.txt"], Exit.REFUSED, "exclusions cannot be"),
        (["--contact", CONTACT, "--exclude", "exclude.txt", "--rate", "60000"], Exit.REFUSED,
         "--rate: 60,000 probes a second is more than 50,000"),
        (["--contact", CONTACT, "--exclude", "exclude.txt", "--port", "0"], Exit.BAD_INPUT,
         "--port: 0 is no port"),
        (["--lab"], Exit.REFUSED, "is no lab space"),
        (["--contact", "me", "--exclude", "exclude.txt"], Exit.BAD_INPUT, '"me": give a web page'),
    ],
)  # fmt: skip
def test_what_is_not_polite_is_refused_before_any_packet(
    argv: list[str], code: Exit, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", "run", "--scope", "ours.txt", *argv]) == code
    assert message in capsys.readouterr().err


def test_a_wide_scope_is_shown_and_then_refused_without_yes(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "ours.txt").write_text("8.0.0.0/12\n", encoding="ascii")
    argv = ["scan", "run", "--scope", "ours.txt", "--exclude", "exclude.txt", "--contact", CONTACT]
    assert run(argv) == Exit.REFUSED
    err = capsys.readouterr().err
    assert "addresses  1,048,575 of 1,048,576 (1 excluded)" in err
    assert (
        "names 1,048,575 addresses, more than 65,536: add --yes when that is what you mean" in err
    )
    assert not (place / "gatewatch-lake").exists()


def test_a_scan_of_a_lab_becomes_a_snapshot(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--lake", "lake"]
    assert run([*argv, "--port", str(street.port)]) == Exit.FOUND
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0] == f"scan lab.txt, port {street.port}, in a lab"
    assert lines[-1].startswith("scan complete after ")
    assert "30 of 30 addresses (" in lines[-1]
    assert "3 connection-refused" in lines[-1]
    (info,) = Lake.open(place / "lake").manifest.snapshots
    assert lines[-1].endswith(f"snapshot {info.id} in lake")
    assert (info.tool, info.inputs, info.partial) == ("gatewatch scan", ("lab.txt",), False)
    assert info.services == info.hosts == 27 == list(street.kinds.values()).count(CLOSED) + 24
    assert info.unanswered == {"connection-refused": 3}
    assert info.details["targets"] == info.details["finished"] == "30"
    assert info.details["lab"] == "yes"
    assert info.details["started"] <= info.details["ended"]


def test_quiet_says_nothing(street: SimulatedDevices, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port), "--quiet"]
    assert run(argv) == Exit.FOUND
    assert capsys.readouterr() == ("", "")


def test_a_contact_may_come_from_the_settings(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "gatewatch.toml").write_text(f'contact = "{CONTACT}"\n', encoding="ascii")
    assert run(["scan", "plan", "--scope", "ours.txt", "--exclude", "exclude.txt"]) == Exit.FOUND
    assert f"(+{CONTACT})" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_scan_keeps_what_it_saw(
    number: signal.Signals, program: list[str], place: Path
) -> None:
    """Some houses answer, most say nothing for five seconds; the stop comes in between."""
    with (
        SimulatedDevices(["127.77.8.1", "127.77.8.2"], port=0, closed=0) as street,
        socket.create_server(("127.77.8.3", street.port)),
    ):
        (place / "lab.txt").write_text("127.77.8.0-127.77.8.9\n", encoding="ascii")
        argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port)]
        process = subprocess.Popen(
            [*program, *argv], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_env()
        )
        _until(lambda: street.answers == 2 and not street._visitors)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == Exit.INTERRUPTED
    assert "scan interrupted after" in err
    assert "Traceback" not in err
    (info,) = Lake.open(place / "gatewatch-lake").manifest.snapshots
    assert info.partial
    assert info.services == 2


def test_the_settings_of_signals_are_restored(street: SimulatedDevices) -> None:
    before = signal.getsignal(signal.SIGINT)
    run(["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port), "--quiet"])
    assert signal.getsignal(signal.SIGINT) is before


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
