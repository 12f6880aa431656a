import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.ingest import ingest_records

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]
Out = Callable[..., str]


@pytest.fixture
def out(
    seen: Seen,
    make_lake: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Out:
    """Runs `gatewatch network` on a lake of two snapshots; gives stdout."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    place = Place("IT", 64500, "Example")
    make_lake([seen(f"192.0.2.{n}", place=place) for n in range(1, 5)])
    make_lake(
        [
            seen(f"192.0.2.{n}", "huawei", at="2026-11-24T00:00:00Z", place=place)
            for n in range(1, 4)
        ]
    )

    def network(*argv: str, code: int = 0) -> str:
        assert run(["network", *argv]) == code
        return capsys.readouterr().out

    return network


def test_people_see_time_risk_models_and_how_fast_it_mends(out: Out) -> None:
    text = out("AS64500", "--format", "table")
    assert text.startswith("Exposed in asn=64500 ")
    assert "2026-11-24         3      3           0        0.0 %      4  25.0 %" in text
    for title in ("by risk.band", "by finding", "by product", "How long the vulnerable stay so"):
        assert title in text
    assert "gatewatch search 'asn=64500' --limit 0 -o network.csv" in text


def test_programs_get_a_row_for_each_snapshot(out: Out) -> None:
    rows = [json.loads(line) for line in out("192.0.2.0/24").splitlines()]
    assert [(row["snapshot"], row["services"], row["silent"]) for row in rows] == [
        ("2026-11-20", 4, 0.0),
        ("2026-11-24", 3, 0.25),
    ]


def test_a_network_that_was_never_seen_ends_with_one(out: Out) -> None:
    assert out("AS64511", code=1) == ""


def test_a_mistake_is_one_line(out: Out, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "telecom"]) == 2
    assert 'network: "telecom" is no network' in capsys.readouterr().err


def test_counts_of_a_sample_are_said_to_be_no_more(out: Out, seen: Seen, tmp_path: Path) -> None:
    found = [seen("192.0.2.9", at="2026-11-25T00:00:00Z", place=Place("IT", 64500, "Example"))]
    ingest_records(tmp_path / "lake", found, Source("test", sampled=0.1))
    text = " ".join(out("AS64500", "--format", "table").split())
    assert (
        "Counts here are those of the sample itself, not of the whole scope."
        in text.partition("by risk.band")[0]
    )
    rows = [json.loads(line) for line in out("AS64500").splitlines()]
    assert [row["sampled"] for row in rows] == [1.0, 1.0, 0.1]
