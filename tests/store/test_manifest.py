"""The manifest is believed only when it is whole, ours and not from the future."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.model.errors import LakeBusy, LakeCorrupt, LakeMissing, LakeTooNew, LakeUnwritable
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.durable import writing
from gatewatch.store.lake import Lake
from gatewatch.store.lock import writer_lock
from gatewatch.store.manifest import load_manifest

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]


def test_a_folder_without_a_manifest_is_no_lake(tmp_path: Path) -> None:
    assert load_manifest(tmp_path) is None
    with pytest.raises(LakeMissing, match="gatewatch import"):
        Lake.open(tmp_path)


def test_a_lake_of_a_later_format_is_refused_and_left_alone(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1")])
    path = tmp_path / "lake" / "manifest.json"
    outer = json.loads(path.read_text())
    path.write_text(json.dumps(outer | {"format": 99}))
    before = sorted((tmp_path / "lake").rglob("*"))
    with pytest.raises(LakeTooNew, match="99"):
        Lake.open(tmp_path / "lake")
    with pytest.raises(LakeTooNew):
        make_lake([seen("192.0.2.2")])
    assert sorted((tmp_path / "lake").rglob("*")) == before


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"format": 1}', b"\x00\xff", b"[]", b"[" * 9999])
def test_a_damaged_manifest_is_named(
    seen: Seen, make_lake: Make, tmp_path: Path, damage: bytes
) -> None:
    make_lake([seen("192.0.2.1")])
    (tmp_path / "lake" / "manifest.json").write_bytes(damage)
    with pytest.raises(LakeCorrupt, match=r"manifest\.json"):
        Lake.open(tmp_path / "lake")


def test_a_manifest_with_one_changed_figure_is_not_believed(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1")])
    path = tmp_path / "lake" / "manifest.json"
    path.write_text(path.read_text().replace('"services": 1', '"services": 2'))
    with pytest.raises(LakeCorrupt, match="checksum"):
        Lake.open(tmp_path / "lake")


def test_a_second_writer_is_told_who_writes(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    make_lake([seen("192.0.2.1")])
    with writer_lock(tmp_path / "lake"), pytest.raises(LakeBusy, match=r"process \d+ has"):
        make_lake([seen("192.0.2.2")])
    assert len(Lake.open(tmp_path / "lake").snapshots) == 1


def test_a_lake_where_a_file_is_in_the_way_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LakeUnwritable), writer_lock(tmp_path / "file" / "lake"):
        pass


def test_what_the_system_says_becomes_one_line_with_a_mend(tmp_path: Path) -> None:
    with pytest.raises(LakeUnwritable, match="no space is left: free space"), writing(tmp_path):
        raise OSError(28, "No space left on device")
