import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]


@pytest.fixture(autouse=True)
def lake(seen: Seen, make_lake: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hosts of one kind, two of another, very many of a third."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    few = [seen(f"192.0.2.{n}", "huawei") for n in (1, 2, 3)]
    two = [seen(f"192.0.2.{n}") for n in (11, 12)]
    many = [seen(f"198.51.100.{n}", "rompager") for n in range(103)]
    make_lake([*few, *two, *many])


def test_what_few_others_have_leads_to_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pivot", "192.0.2.1"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_field = {row["field"]: row for row in rows}
    assert by_field["realm"]["value"] == "HuaweiHomeGateway"
    assert by_field["realm"]["others"] == 2
    assert run(["count", by_field["realm"]["query"], "--unit", "hosts"]) == 0
    assert capsys.readouterr().out == "3\n"


def test_what_one_other_or_too_many_have_leads_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pivot", "192.0.2.11"]) == 1
    assert capsys.readouterr().out == ""
    assert run(["pivot", "198.51.100.7"]) == 1
    assert "is shared with 102 hosts: too many to tell" in capsys.readouterr().err


def test_an_address_that_nobody_saw_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pivot", "203.0.113.1"]) == 1
    assert "203.0.113.1 is in none of the 1 snapshot" in capsys.readouterr().err
    assert run(["pivot", "203.0.113"]) == 2
