"""Looking after a lake: removing a snapshot, comparing files with their checksums."""

from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

from gatewatch.model.errors import LakeMissing
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.durable import fingerprint_of, settle, writing
from gatewatch.store.lake import Lake
from gatewatch.store.lock import writer_lock
from gatewatch.store.manifest import Manifest, load_manifest, save_manifest
from gatewatch.store.schema import connect, copy_to, parquet
from gatewatch.store.snapshots import GRACE_S, clear_leftovers

if TYPE_CHECKING:
    import duckdb

__all__ = ["remove_snapshot", "verify"]


def remove_snapshot(path: Path, name: str) -> SnapshotInfo:
    """Takes a snapshot out of the lake, with the responses that no other one needs.

    Readers that have it open may finish: its files go some seconds after the manifest changed.
    Raises SnapshotUnknown, LakeBusy, LakeUnwritable.
    """
    with writer_lock(path):
        lake = Lake.open(path)
        info = lake.snapshot(name)
        left = tuple(one for one in lake.snapshots if one.id != info.id)
        with writing(path):
            manifest = Manifest(
                catalogue=lake.manifest.catalogue,
                snapshots=left,
                responses=_needed_responses(lake, left),
            )
            save_manifest(path, manifest)
            sleep(GRACE_S)
            clear_leftovers(path, manifest)
    return info


def verify(path: Path) -> Iterator[tuple[Path, str]]:
    """Every file that the manifest lists, with what is wrong with it ("": nothing).

    Raises LakeMissing, LakeCorrupt (the manifest itself), LakeTooNew.
    """
    manifest = load_manifest(path)
    if manifest is None:
        raise LakeMissing(where=path)
    for info in manifest.snapshots:
        for name, expected in info.files.items():
            file = path / "snapshots" / info.id / name
            yield file, _compare(file, expected)
    for name, expected in manifest.responses.items():
        file = path / "responses" / name
        yield file, _compare(file, expected)


def _compare(file: Path, expected: dict[str, Any]) -> str:
    try:
        found = fingerprint_of(file)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if found["size"] != expected["size"]:
        return f"has {found['size']:,} bytes instead of {expected['size']:,}"
    return "" if found["sha256"] == expected["sha256"] else "does not match its checksum"


def _needed_responses(lake: Lake, left: tuple[SnapshotInfo, ...]) -> dict[str, dict[str, Any]]:
    """Responses files that hold only what the snapshots `left` refer to.

    A file that loses responses is written anew under another name, since readers may still
    have the old one open.
    """
    cubes = [lake.path / "snapshots" / info.id / "cube.parquet" for info in left if info.services]
    if not cubes:
        return {}
    needed = f"response IN (SELECT response FROM {parquet(cubes)})"
    files = dict(lake.manifest.responses)
    con = connect(threads=2)
    try:
        for file in lake.response_files():
            con.execute(f"SELECT count(*), count(*) FILTER ({needed}) FROM {parquet([file])}")
            held, kept = con.fetchall()[0]
            if held == kept:
                continue
            del files[file.name]
            if kept:
                fresh = _fresh_name(file, files)
                _copy_some(con, file, needed, lake.path / "tmp", fresh)
                understanding = lake.understanding_file(file)
                if understanding.exists():
                    target = understanding.with_name(fresh.name)
                    _copy_some(con, understanding, needed, lake.path / "tmp", target)
                files[fresh.name] = fingerprint_of(fresh)
    finally:
        con.close()
    return files


def _copy_some(
    con: "duckdb.DuckDBPyConnection", file: Path, condition: str, staging: Path, target: Path
) -> None:
    staging.mkdir(exist_ok=True)
    staged = staging / target.name
    copy_to(con, f"SELECT * FROM {parquet([file])} WHERE {condition}", staged)
    settle(staged, target)


def _fresh_name(file: Path, taken: dict[str, dict[str, Any]]) -> Path:
    number = 2
    stem = file.stem.partition(".")[0]
    while (fresh := file.with_name(f"{stem}.{number}.parquet")).exists() or fresh.name in taken:
        number += 1
    return fresh
