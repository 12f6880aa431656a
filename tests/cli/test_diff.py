import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation
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
    """Runs `gatewatch diff` on a lake of two snapshots; gives stdout."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    make_lake([seen("192.0.2.1"), seen("192.0.2.2"), seen("192.0.2.3", "huawei")])
    later = "2026-11-24T00:00:00Z"
    make_lake(
        [seen("192.0.2.2", at=later), seen("192.0.2.3", at=later), seen("2001:db8::1", at=later)]
    )

    def diff(*argv: str, code: int = 0) -> str:
        assert run(["diff", *argv]) == code
        return capsys.readouterr().out

    return diff


def test_people_see_the_sums_and_each_service(out: Out) -> None:
    lines = out("2026-11-20", "latest", "--format", "table").splitlines()
    assert lines[0].startswith("From 2026-11-20 to 2026-11-24  ")
    assert [line.split() for line in lines[2:6]] == [
        ["new", "1", "25.0", "%"], ["gone", "1", "25.0", "%"], ["changed", "1", "25.0", "%"],
        ["same", "1", "25.0", "%"],
    ]  # fmt: skip
    text = "\n".join(lines)
    assert "gone     192.0.2.1    7547" in text
    assert (
        "changed  192.0.2.3    7547  vendor Huawei became nothing; software nothing became gSO"
        in text
    )
    assert "new      2001:db8::1  7547" in text


def test_programs_get_a_row_for_each_service(out: Out) -> None:
    rows = [json.loads(line) for line in out("2026-11-20", "latest").splitlines()]
    assert [(row["change"], row["ip"]) for row in rows] == [
        ("gone", "192.0.2.1"), ("changed", "192.0.2.3"), ("new", "2001:db8::1"),
    ]  # fmt: skip
    assert "server" in rows[1]["fields"]
    assert "server: nothing became gSOAP/2.7" in rows[1]["what"]
    assert rows[1]["query"] == "ip=192.0.2.3 port=7547"
    assert len(out("2026-11-20", "latest", "--limit", "1").splitlines()) == 1


def test_values_show_who_left_and_joined(out: Out) -> None:
    def by(field: str) -> dict[str, dict[str, int]]:
        lines = out("2026-11-20", "latest", "--by", field).splitlines()
        return {row.pop(field): row for row in map(json.loads, lines)}

    assert by("software")["gSOAP"] == {
        "before": 2, "gone": 1, "left": 0, "joined": 1, "new": 1, "after": 3,
    }  # fmt: skip
    assert by("vendor")["Huawei"]["left"] == 1
    text = out("2026-11-20", "latest", "--by", "vendor", "--format", "table")
    assert "before - gone - left + joined + new = after" in text


def test_a_query_chooses_services_of_either_side(out: Out) -> None:
    rows = [json.loads(line) for line in out("2026-11-20", "latest", "vendor:Huawei").splitlines()]
    assert [row["ip"] for row in rows] == ["192.0.2.3"]
    assert out("2026-11-20", "latest", "port:80", code=1) == ""


@pytest.mark.parametrize(
    ("argv", "code", "complaint"),
    [
        (["latest", "2026-11-24"], 2, "diff: both sides are snapshot 2026-11-24"),
        (["2019", "latest"], 3, 'no snapshot "2019"'),
        (["2026-11-20", "latest", "snapshot:*"], 2, "diff: the query names a snapshot"),
        (["2026-11-20", "latest", "--by", "sever"], 2, 'diff --by: there is no field "sever"'),
        (["2026-11-20", "latest", "--limit", "x"], 2, "'x' is not a number of rows"),
    ],
)
def test_a_mistake_is_one_line(
    out: Out, argv: list[str], code: int, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", *argv]) == code
    assert complaint in capsys.readouterr().err


def test_catalogues_are_compared_by_nothing_else(
    out: Out, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", "--catalogue", "aa", "bb", "country:IT"]) == 2
    assert "diff --catalogue: takes two catalogues and nothing else" in capsys.readouterr().err
    out("--catalogue", "aa", "bb", code=2)


@pytest.mark.parametrize("more", [[], ["--by", "software"]])
def test_counts_of_a_sample_are_said_to_be_no_more(
    out: Out, seen: Seen, tmp_path: Path, more: list[str]
) -> None:
    found = [seen("192.0.2.9", at="2026-11-25T00:00:00Z")]
    ingest_records(tmp_path / "lake", found, Source("test", sampled=0.1))
    text = " ".join(out("2026-11-20", "latest", *more, "--format", "table").split())
    assert "Counts here are those of the sample itself, not of the whole scope." in text
    assert "estimates" not in text
    whole = out("2026-11-20", "2026-11-24", *more, "--format", "table")
    assert "A sample" not in whole
