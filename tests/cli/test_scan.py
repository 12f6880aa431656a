import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gatewatch.acs.device_kinds import CLOSED
from gatewatch.acs.devices import SimulatedDevices
from gatewatch.cli.main import run
from gatewatch.model.errors import Exit
from gatewatch.scan.book import is_open
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
        "  speed      at most 20 a second of 500 allowed, 26.9 kbit/s, 15 s in all",
        "  a /24 is   asked at most every 0.05 s",
        "  a /16 is   asked at most 20 times a second",
        '  an AS is   unknown: "gatewatch geo import" brings network data',
        "  each gets  one connection, GET / without credentials; a second one 20 s later, or in"
        " TLS, at most",
        "  engine     connect",
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
    assert lines[-2].startswith("scan complete after ")
    assert "30 of 30 addresses (" in lines[-2]
    assert "3 connection-refused" in lines[-2]
    (info,) = Lake.open(place / "lake").manifest.snapshots
    assert lines[-1] == f"snapshot {info.id} in lake"
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
    assert process.returncode == Exit.RESUMABLE
    assert "scan interrupted after" in err
    assert "Traceback" not in err
    (folder,) = (place / "gatewatch-lake" / "scans").iterdir()
    assert f"gatewatch scan resume {folder.relative_to(place)}" in err
    assert run(["scan", "commit", str(folder)]) == Exit.PARTIAL
    (info,) = Lake.open(place / "gatewatch-lake").manifest.snapshots
    assert info.partial
    assert info.services == 2


def test_resume_ends_what_was_stopped_and_stores_it(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port), "--quiet"]
    with _killed_after_start([*argv, "--rate", "20", "--out", "s"], place):
        pass
    _until(lambda: not is_open(place / "s" / "part-0"))
    assert run(["scan", "status", "s"]) == Exit.FOUND
    assert capsys.readouterr().out.startswith("s: interrupted")
    assert run(["scan", "resume", "s"]) == Exit.FOUND
    (info,) = Lake.open(place / "gatewatch-lake").manifest.snapshots
    assert (info.services, info.partial) == (27, False)
    assert info.details["interruptions"] == "1"
    metadata = json.loads((place / "s" / "metadata.json").read_bytes())
    assert metadata["success_total"] == 27
    assert metadata["complete"]
    capsys.readouterr()
    assert run(["scan", "resume", "s"]) == Exit.FOUND
    assert "stored already: snapshot" in capsys.readouterr().err
    assert len(Lake.open(place / "gatewatch-lake").manifest.snapshots) == 1


@contextmanager
def _killed_after_start(argv: list[str], place: Path) -> Iterator[None]:
    """The command, killed with all its processes once it has begun to scan."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "gatewatch", *argv], start_new_session=True, cwd=place,
        env=_env() | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    spool = place / "s" / "part-0" / "checkpoint.json"
    _until(spool.exists)
    yield
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_stop_and_exclude_reach_a_scan_that_runs(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port), "--quiet"]
    with _killed_after_start([*argv, "--rate", "5", "--out", "s"], place):
        assert run(["scan", "status", "s", "--status-json"]) == Exit.FOUND
        told = json.loads(capsys.readouterr().out)
        assert (told["state"], told["total"]) == ("running", 30)
        assert run(["scan", "exclude", "127.77.9.30", "--scan", "s", "--reason", "noc #1"]) == 0
        assert run(["scan", "stop", "s"]) == Exit.FOUND
        _until(lambda: json.loads((place / "s/status.json").read_bytes())["state"] == "stopped")
    text = (place / "s" / "exclusions.txt").read_text()
    assert re.fullmatch(r"127\.77\.9\.30  # noc 1, \d{4}-\d\d-\d\d\n", text)


def test_exclude_goes_into_the_file_that_later_scans_read(place: Path) -> None:
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--exclude", "exclude.txt", "--port", "1"]
    assert run([*argv, "--out", "s", "--quiet"]) == Exit.FOUND
    assert run(["scan", "exclude", "127.77.9.0/30", "--scan", "s"]) == Exit.FOUND
    assert (
        (place / "exclude.txt").read_text().startswith("8.8.8.8  # they asked\n127.77.9.0/30  # ")
    )
    assert run(["scan", "exclude", "nobody", "--scan", "s"]) == Exit.BAD_INPUT


def test_a_lake_that_fails_keeps_the_scan(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "lake").write_text("in the way")
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port), "--out", "s"]
    assert run([*argv, "--lake", "lake"]) == Exit.UNWRITABLE
    assert "what was scanned is kept: store it later with" in capsys.readouterr().err
    (place / "lake").unlink()
    assert run(["scan", "commit", "s", "--lake", "lake"]) == Exit.FOUND
    (info,) = Lake.open(place / "lake").manifest.snapshots
    assert info.services == 27


def test_what_was_found_can_be_had_as_zgrab2_writes_it(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Our own importer reads it back as the same snapshot."""
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port), "--quiet"]
    assert run([*argv, "--lake", "one", "--format", "zgrab2", "--status-json", "status"]) == 0
    (place / "found.json").write_text(capsys.readouterr().out)
    assert run(["import", "found.json", "--lake", "two", "--quiet"]) == Exit.FOUND
    assert services(place / "one") == services(place / "two")
    states = [json.loads(line)["state"] for line in (place / "status").read_text().splitlines()]
    assert states[-1] == "complete"


def services(lake: Path) -> list[tuple[object, ...]]:
    held = Lake.open(lake)
    with held.reading([held.snapshots[-1].id]) as con:
        found: list[tuple[object, ...]] = con.execute(
            "SELECT ip, port, scan_time, response FROM services ORDER BY ip"
        ).fetchall()
    assert len(found) == 27
    return found


def test_a_rehearsal_takes_its_answers_from_a_file(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = ["--port", str(street.port), "--quiet"]
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", *port]
    assert run([*argv, "--lake", "one", "--format", "zgrab2"]) == Exit.FOUND
    (place / "found.json").write_text(capsys.readouterr().out)
    replay = ["--engine", "replay", "--answers", "found.json", "--lake", "two"]
    assert run([*argv, *replay]) == Exit.FOUND
    assert services(place / "one") == services(place / "two")
    assert run([*argv, "--engine", "replay"]) == Exit.BAD_INPUT
    assert "--answers: belongs to --engine replay" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--sample", "0"], '--sample: "0" is no share: give a per cent: 1%'),
        (["--sample", "101%"], "is no share"),
        (["--shard", "0/4", "--seed", "1"], '--shard: "0/4" is no shard'),
        (["--shard", "1/4"], "shards without a common seed would overlap: add --seed"),
        (["--engine", "nmap"], "no engine is called nmap: take one of connect, masscan"),
        (["--processes", "0"], "--processes: 0 is no number of them"),
    ],
)
def test_options_that_make_no_sense_are_told(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", "plan", "--scope", "lab.txt", "--lab", *argv]) == Exit.BAD_INPUT
    assert message in capsys.readouterr().err


def test_a_sample_is_told_and_kept(
    street: SimulatedDevices, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", str(street.port)]
    assert run([*argv, "--sample", "50%", "--seed", "7"]) == Exit.FOUND
    assert "  sample     50.0000%, the same share of every /24" in capsys.readouterr().err
    (info,) = Lake.open(place / "gatewatch-lake").manifest.snapshots
    assert info.sampled == 0.5
    assert info.details["targets"] == info.details["finished"] == "15"


def test_shards_of_one_seed_make_up_the_whole(place: Path) -> None:
    (place / "lab.txt").write_text("127.93.0.0/22\n")
    argv = ["scan", "run", "--scope", "lab.txt", "--lab", "--port", "1", "--seed", "7", "--quiet"]
    for number in (1, 2, 3):
        shard = ["--shard", f"{number}/3", "--out", f"s{number}", "--lake", f"lake{number}"]
        assert run([*argv, *shard]) == Exit.FOUND
    told = [json.loads((place / f"s{n}" / "metadata.json").read_bytes()) for n in (1, 2, 3)]
    assert sum(one["targets_scanned"] for one in told) == 1024


def test_setup_writes_the_pages_by_which_others_find_you(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["scan", "setup", "pages", "--name", "scan1.example.net", "--contact", CONTACT]
    assert run(argv) == Exit.FOUND
    probing = (place / "pages" / ".well-known" / "probing.txt").read_text()
    assert "Canonical: https://scan1.example.net/.well-known/probing.txt\n" in probing
    assert f"Contact: {CONTACT}\n" in probing
    assert run(argv) == Exit.BAD_INPUT
    assert "exists already" in capsys.readouterr().err


def test_an_as_number_stands_for_its_networks(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "tsv").write_text(
        "9.1.0.0\t9.1.1.255\t64500\tIT\tExample\n9.2.0.0\t9.2.0.255\t64501\tFR\tOther\n"
    )
    assert run(["geo", "import", "tsv", "--licence", "invented", "--quiet"]) == Exit.FOUND
    (place / "ours.txt").write_text("AS64500\n")
    plan = ["scan", "plan", "--scope", "ours.txt", "--exclude", "exclude.txt", "--contact", CONTACT]
    assert run(plan) == Exit.FOUND
    out = capsys.readouterr().out
    assert "  addresses  512 of 512\n" in out
    assert "  an AS is   asked at most 40 times a second\n" in out
    (place / "ours.txt").write_text("AS64502\nAS64500\nAS1x\n")
    assert run(plan) == Exit.BAD_INPUT
    err = capsys.readouterr().err
    assert 'ours.txt:1: "AS64502"' in err
    assert 'line 3 ("AS1x"' in err


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
