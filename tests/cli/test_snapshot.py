"""`gatewatch snapshot`: what a lake holds, and looking after it."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def lake(seen: Seen, make_lake: Make, tmp_path: Path) -> str:
    """A lake of two snapshots."""
    make_lake([seen("192.0.2.1"), seen("192.0.2.2", "rompager")])
    make_lake([seen("192.0.2.1", at="2026-11-21T00:00:00Z")])
    return str(tmp_path / "lake")


def test_list_has_a_line_a_snapshot_oldest_first(lake: str, capsys: Capture) -> None:
    assert run(["snapshot", "list", "--lake", lake]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    found = [(one["snapshot"], one["services"], one["state"]) for one in lines]
    assert found == [("2026-11-20", 2, "whole"), ("2026-11-21", 1, "whole")]


def test_show_takes_an_id_or_latest(lake: str, capsys: Capture) -> None:
    assert run(["snapshot", "show", "latest", "--lake", lake, "--format", "table"]) == 0
    assert "2026-11-21T00:00:00Z" in capsys.readouterr().out
    assert run(["snapshot", "show", "2019-01-29", "--lake", lake]) == 3
    assert (
        'no snapshot "2019-01-29": "gatewatch snapshot list" shows all' in capsys.readouterr().err
    )


def test_remove_takes_one_out(lake: str, capsys: Capture) -> None:
    assert run(["snapshot", "remove", "2026-11-20", "--lake", lake]) == 0
    assert "removed (2 services)" in capsys.readouterr().err
    assert run(["snapshot", "list", "--lake", lake]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_verify_counts_files_and_names_a_damaged_one(lake: str, capsys: Capture) -> None:
    assert run(["snapshot", "verify", "--lake", lake]) == 0
    assert "match their checksums" in capsys.readouterr().err
    victim = Path(lake) / "snapshots" / "2026-11-21" / "cube.parquet"
    victim.write_bytes(victim.read_bytes()[:-1])
    assert run(["snapshot", "verify", "--lake", lake]) == 3
    out = capsys.readouterr()
    assert out.out.startswith(f"{victim}: has ")
    assert "1 of " in out.err


def test_a_report_on_a_damaged_file_refuses_instead_of_lying(lake: str, capsys: Capture) -> None:
    victim = Path(lake) / "snapshots" / "2026-11-21" / "totals.parquet"
    victim.write_bytes(b"PAR1" + b"\x00" * 100 + b"PAR1")
    assert run(["report", "--by", "server", "--lake", lake]) == 3
    assert "gatewatch snapshot verify" in capsys.readouterr().err
