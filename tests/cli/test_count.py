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
    """Two snapshots; in the second one a host has two open ports."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    make_lake([seen("192.0.2.1", at="2026-11-01T00:00:00Z")])
    make_lake(
        [seen("192.0.2.1"), seen("192.0.2.1", port=80), seen("192.0.2.2", "huawei")],
    )


@pytest.mark.parametrize(
    ("argv", "count"),
    [
        ([], 3),
        (["ip:*"], 3),
        (["port:7547"], 2),
        (["not", "server:*"], 1),
        (["--unit", "hosts"], 2),
        (["192.0.2.1", "--unit", "hosts"], 1),
        (["snapshot:*"], 4),
        (["snapshot:*", "--unit", "hosts"], 2),
        (["at:2026-11-01"], 1),
        (["scan_time:2026-11-01"], 1),
        (["scan_time:2026-11"], 4),
    ],
)
def test_stdout_is_the_number_alone(
    argv: list[str], count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["count", *argv]) == 0
    assert capsys.readouterr().out == f"{count}\n"


def test_stderr_says_what_was_counted_where(capsys: pytest.CaptureFixture[str]) -> None:
    run(["count", "--unit", "hosts"])
    assert capsys.readouterr().err.startswith("hosts, snapshot 2026-11-20, ")
    run(["count", "snapshot:*"])
    assert capsys.readouterr().err == "services, 2 snapshots, 1 November 2026 to 20 November 2026\n"
    run(["count", "-q"])
    assert capsys.readouterr().err == ""


def test_none_is_a_number_too_and_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["count", "status:299"]) == 1
    done = capsys.readouterr()
    assert done.out == "0\n"
    assert "nothing found; snapshot 2026-11-20 holds 3 services" in done.err
