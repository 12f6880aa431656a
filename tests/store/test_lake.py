"""What readers see of a lake."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.lake import Lake

SUMMED = "SELECT snapshot, country, asn, port, sum(n)::BIGINT FROM {} GROUP BY ALL ORDER BY ALL"


def test_places_are_the_cube_summed_over_the_response_also_without_their_file(
    seen: Callable[..., Observation],
    make_lake: Callable[[Sequence[Observation]], SnapshotInfo],
    tmp_path: Path,
) -> None:
    places = [Place("IT", 64496), Place("FR", 64497), None]
    for day in ("2026-11-20", "2026-11-24"):
        make_lake([
            seen(f"192.0.2.{n}", "gsoap" if n % 2 else "huawei", port=80 + n % 2,
                 at=f"{day}T00:00:00Z", place=places[n % 3])
            for n in range(60)
        ])  # fmt: skip
    lake = Lake.open(tmp_path / "lake")
    ids = [info.id for info in lake.snapshots]
    with lake.reading(ids) as con:
        summed = con.execute(SUMMED.format("cube")).fetchall()
        assert con.execute("SELECT * FROM places ORDER BY ALL").fetchall() == summed
        assert len(summed) == 12
    (lake.path / "snapshots" / ids[0] / "places.parquet").unlink()
    manifest = lake.manifest
    del manifest.snapshots[0].files["places.parquet"]
    with Lake(lake.path, manifest).reading(ids) as con:
        assert con.execute("SELECT * FROM places ORDER BY ALL").fetchall() == summed
