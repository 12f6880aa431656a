"""`gatewatch watch import`: logs become sign-ins once, and what is wrong is one clear line."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatewatch.cli.main import run

Capture = pytest.CaptureFixture[str]
Import = Callable[..., int]
# What is older than some months is not kept, so the logs are of yesterday.
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
DAY = f"{YESTERDAY:%Y-%m-%d}"
YEAR = f"{YESTERDAY:%Y}"
WITHOUT_YEAR = (
    f"{YESTERDAY:%b %e} 09:05:00 gate sshd[1]: Accepted password for a from 198.51.100.7 port 1\n"
)
GOOD = (
    f"{DAY}T09:05:00Z gate sshd[1]: Accepted password for alice from 198.51.100.7 port 1 ssh2\n"
    f"{DAY}T09:06:00Z gate sshd[2]: Failed password for hunter2 from 203.0.113.9 port 1 ssh2\n"
    f"{DAY}T09:07:00Z gate sshd[3]: Accepted password for bob from 10.0.0.9 port 1 ssh2\n"
)
HALF = f"{DAY}T09:08:00Z gate sshd[4]: Accepted password for carol from 198.5"


@pytest.fixture
def importing(tmp_path: Path) -> Import:
    """Runs the import of files into the folder `tmp_path / "watch"`."""

    def importing(*words: object) -> int:
        place = ["--watch", str(tmp_path / "watch")]
        return run(["watch", "import", *place, *map(str, words)])

    return importing


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "auth.log"
    path.write_text(GOOD)
    return path


def test_a_log_is_added_once(importing: Import, log: Path, capsys: Capture) -> None:
    assert importing(log) == 0
    assert (
        "2 sign-ins added, 0 known already; 1 failed attempt among them" in capsys.readouterr().err
    )
    assert importing(log) == 0
    assert "0 sign-ins added, 2 known already" in capsys.readouterr().err


def test_what_is_not_kept_is_said_with_its_reason(
    importing: Import, log: Path, capsys: Capture
) -> None:
    importing(log)
    assert "not kept: 1 from an address that is not on the Internet" in capsys.readouterr().err


def test_a_packed_log_is_the_same_log(importing: Import, log: Path, capsys: Capture) -> None:
    packed = log.with_name("auth.log.2.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    assert importing(log, packed) == 0
    assert "2 sign-ins added, 2 known already" in capsys.readouterr().err


def test_nobody_is_named_on_the_terminal(importing: Import, log: Path, capsys: Capture) -> None:
    log.write_text(GOOD + HALF)
    importing(log)
    said = "".join(capsys.readouterr())
    for word in ("alice", "bob", "carol", "hunter2", "198.51", "203.0"):
        assert word not in said


def test_a_damaged_line_is_kept_beside_for_its_owner_alone(
    importing: Import, log: Path, capsys: Capture
) -> None:
    log.write_text(GOOD + "\x00garbage\n")
    assert importing(log) == 4
    kept = log.with_name("auth.rejected.jsonl")
    assert (
        "1 of 4 records rejected (first: line 4, not a line of syslog)" in capsys.readouterr().err
    )
    assert json.loads(kept.read_text()) == {
        "where": "line 4", "reason": "not a line of syslog", "raw": "\x00garbage",
    }  # fmt: skip
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_half_written_last_line_costs_itself_only(
    importing: Import, log: Path, capsys: Capture
) -> None:
    log.write_text(GOOD + HALF)
    importing(log)
    assert "2 sign-ins added" in capsys.readouterr().err


def test_an_unknown_log_is_one_line_and_nothing_is_made(
    importing: Import, log: Path, tmp_path: Path, capsys: Capture
) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("alice said so\n")
    assert importing(log, other) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no known log begins with" in said
    assert "gatewatch watch sources" in said
    assert run(["watch", "status", "--watch", str(tmp_path / "watch")]) != 0


def test_year_and_zone_are_asked_in_one_line(importing: Import, log: Path, capsys: Capture) -> None:
    log.write_text(WITHOUT_YEAR)
    assert importing(log) == 2
    said = capsys.readouterr().err
    assert "add --year 2026 --zone Europe/Berlin" in said
    assert said.count("\n") == 1
    assert importing("--year", YEAR, "--zone", "Europe/Berlin", log) == 0


def test_a_zone_may_be_a_setting(
    importing: Import, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write_text(WITHOUT_YEAR)
    monkeypatch.setenv("GATEWATCH_WATCH_ZONE", "Europe/Berlin")
    assert importing("--year", YEAR, log) == 0


def test_columns_may_be_told_on_the_command_line(
    importing: Import, tmp_path: Path, capsys: Capture
) -> None:
    table = tmp_path / "ours.csv"
    table.write_text(
        "when;who\n".replace(";", ",") + f"{YESTERDAY.timestamp():.0f},alice,198.51.100.7\n"
    )
    assert importing("--columns", "time=1,user=2,address=3", table) == 4
    assert "1 sign-in added" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--zone", "Moon"], '"Moon" is no time zone'),
        (["--year", "26"], '--year: "26" is none'),
        (["--source", "octa"], '"octa" is no log that is known'),
        (["--columns", "time=1"], "does not say which column"),
        (["--map", "nowhere.toml"], "nowhere.toml"),
        (["--people", "nowhere.toml"], "--people nowhere.toml"),
        (["--proxies", "192.0.2.0/99"], "--proxies"),
    ],
)
def test_a_wrong_flag_is_one_line(
    importing: Import, log: Path, capsys: Capture, flags: list[str], says: str
) -> None:
    assert importing(*flags, log) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_an_empty_yield_is_nothing_found(importing: Import, tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(f"{DAY}T09:05:00Z gate sshd[1]: Connection closed by 203.0.113.9 port 1\n")
    assert importing(log) == 1


def test_only_rubbish_is_an_error(importing: Import, tmp_path: Path, capsys: Capture) -> None:
    log = tmp_path / "auth.log"
    log.write_text("rubbish\nmore rubbish\n")
    assert importing("--source", "sshd", log) == 2
    assert "all 2 records were rejected" in capsys.readouterr().err


def test_windows_own_forms_that_cannot_be_read_say_what_to_do(
    importing: Import, tmp_path: Path, capsys: Capture
) -> None:
    log = tmp_path / "Security.evtx"
    log.write_bytes(b"ElfFile\0" + b"\0" * 100)
    assert importing(log) == 2
    assert "wevtutil" in capsys.readouterr().err


def test_requests_of_one_person_are_thinned(
    importing: Import, tmp_path: Path, capsys: Capture
) -> None:
    log = tmp_path / "access.log"
    lines = YESTERDAY.strftime(
        '198.51.100.7 - alice [%d/%b/%Y:10:4{}:00 +0100] "GET / HTTP/1.1" 200 5\n'
    )
    log.write_text("".join(lines.format(minute) for minute in range(10)))
    assert importing(log) == 0
    said = capsys.readouterr().err
    assert "2 sign-ins added" in said
    assert "8 again within a quarter of an hour" in said


def test_the_sources_are_listed(capsys: Capture) -> None:
    assert run(["watch", "sources", "--format", "ndjson"]) == 0
    assert {"okta", "sshd", "mapped"} <= {
        json.loads(line)["source"] for line in capsys.readouterr().out.splitlines()
    }
