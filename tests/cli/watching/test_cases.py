import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.address import parse_address
from gatewatch.model.errors import Exit
from gatewatch.model.moment import SECOND
from gatewatch.model.observation import Observation
from gatewatch.model.signin import SignIn
from gatewatch.watch.signins import add

AT = 1_700_000_000 * SECOND


@pytest.fixture
def places(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seen: Callable[..., Observation],
    make_lake: Callable[..., object],
) -> None:
    """A lake and a folder of watch with one person behind one router."""
    monkeypatch.setenv("GATEWATCH_WATCH", str(tmp_path / "watch"))
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    make_lake([seen("192.0.2.7", at=str(AT // SECOND))])
    add(tmp_path / "watch", [SignIn("alice", parse_address("192.0.2.7"), AT, "okta")], now=AT)


@pytest.mark.usefixtures("places")
def test_a_run_opens_a_case_that_is_listed_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "run"]) == Exit.FOUND
    assert run(["watch", "run"]) == Exit.NOTHING
    capsys.readouterr()
    assert run(["watch", "cases", "--format", "ndjson"]) == Exit.FOUND
    (case,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (case["ip"], case["state"], case["person"][:2]) == ("192.0.2.7", "new", "p-")
    assert run(["watch", "case", "1", "--state", "told", "--note", "letter sent"]) == Exit.FOUND
    told = capsys.readouterr().out
    assert "letter sent" in told


@pytest.mark.usefixtures("places")
def test_closed_cases_are_shown_when_asked_for() -> None:
    run(["watch", "run"])
    run(["watch", "case", "1", "--state", "false"])
    assert run(["watch", "cases"]) == Exit.NOTHING
    assert run(["watch", "cases", "--all"]) == Exit.FOUND
    assert run(["watch", "cases", "--state", "false", "--state", "new"]) == Exit.FOUND


@pytest.mark.usefixtures("places")
def test_an_unknown_case_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "case", "9"]) == Exit.BAD_INPUT
    assert "no case 9" in capsys.readouterr().err


@pytest.mark.usefixtures("places")
def test_assets_are_kept_by_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "networks.txt"
    file.write_text("egress 198.51.100.0/24  # gateway\n")
    assert run(["watch", "assets", "add", "AS64500", "--name", "us"]) == Exit.FOUND
    assert run(["watch", "assets", "import", str(file)]) == Exit.FOUND
    capsys.readouterr()
    assert run(["watch", "assets", "list"]) == Exit.FOUND
    assert [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()] == [
        "gateway",
        "us",
    ]
    assert run(["watch", "assets", "remove", "AS64500"]) == Exit.FOUND
    assert run(["watch", "assets", "remove", "AS64500"]) == Exit.BAD_INPUT
    assert run(["watch", "assets", "add", "nonsense"]) == Exit.BAD_INPUT


@pytest.mark.usefixtures("places")
def test_names_are_shown_only_where_settings_say_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["watch", "run"])
    run(["watch", "cases"])
    assert "alice" not in capsys.readouterr().out
    monkeypatch.setenv("GATEWATCH_WATCH_NAMES", "shown")
    run(["watch", "cases"])
    assert '"person":"alice"' in capsys.readouterr().out


@pytest.mark.usefixtures("places")
def test_a_name_is_opened_audited_and_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    run(["watch", "run"])
    capsys.readouterr()
    assert run(["watch", "open", "1", "--reason", "telephone call"]) == Exit.FOUND
    assert capsys.readouterr().out == "alice\n"
    assert run(["watch", "audit"]) == Exit.FOUND
    told = capsys.readouterr().out
    assert "telephone call" in told
    assert "alice" not in told
    assert run(["watch", "forget", "alice"]) == Exit.FOUND
    assert run(["watch", "forget", "alice"]) == Exit.NOTHING
    assert run(["watch", "cases", "--all"]) == Exit.NOTHING


@pytest.mark.usefixtures("places")
def test_retention_is_enforced_and_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "retention", "--verify", "--watch-days", "1"]) == Exit.NOTHING
    assert "older sign-ins" in capsys.readouterr().out
    assert run(["watch", "retention", "--watch-days", "1"]) == Exit.FOUND
    assert run(["watch", "retention", "--verify", "--watch-days", "1"]) == Exit.FOUND


@pytest.mark.usefixtures("places")
def test_a_rescan_without_exclusions_is_refused() -> None:
    run(["watch", "run"])
    assert run(["watch", "rescan", "--contact", "mailto:noc@example.net"]) == Exit.REFUSED
