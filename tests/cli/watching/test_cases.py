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

AT = 1_795_000_000 * SECOND


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
