import json
from dataclasses import fields

import pytest

from gatewatch.model.snapshot import SnapshotInfo

INFO = SnapshotInfo(
    id="2026-11-24", tool="zgrab2", inputs=("scan.json",), details={"rate": "1000"},
    created_at=3, first_seen=1, last_seen=2, services=5, hosts=4, responses=2, duplicates=1,
    unanswered={"connection-refused": 7}, rejected=0, partial=False, located_by={"source": 5},
    networks=("rir 2026-11-01",), catalogue="abc", version="0.1.0",
    files={"cube.parquet": {"size": 1, "sha256": "00"}},
)  # fmt: skip


def test_a_snapshot_comes_back_from_the_manifest() -> None:
    assert SnapshotInfo.from_json(json.loads(json.dumps(INFO.to_json()))) == INFO


def test_keys_of_a_newer_minor_version_are_left_out() -> None:
    assert SnapshotInfo.from_json(INFO.to_json() | {"weather": "fair"}) == INFO


def test_a_snapshot_of_before_samples_is_whole() -> None:
    values = INFO.to_json()
    del values["sampled"]
    assert SnapshotInfo.from_json(values).sampled == 1.0


@pytest.mark.parametrize("share", [0, -0.5, 1.01])
def test_no_sample_is_larger_than_its_scope(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        SnapshotInfo.from_json(INFO.to_json() | {"sampled": share})


@pytest.mark.parametrize(
    "name", [entry.name for entry in fields(SnapshotInfo) if entry.name != "sampled"]
)
def test_a_missing_entry_is_a_key_error(name: str) -> None:
    values = INFO.to_json()
    del values[name]
    with pytest.raises(KeyError):
        SnapshotInfo.from_json(values)
