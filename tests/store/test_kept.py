"""Connections that stay open give what new ones give, to several threads at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.kept import Kept
from gatewatch.store.lake import Lake

Seen = Callable[..., Observation]
Make = Callable[..., SnapshotInfo]
COUNT = "SELECT count(*)::BIGINT FROM services"


def counted(lake: Lake, snapshot: str) -> int:
    with lake.reading([snapshot]) as con:
        return int(con.execute(COUNT).fetchall()[0][0])


def test_several_threads_read_several_snapshots(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    days = [f"2026-11-{day}T00:00:00Z" for day in range(10, 14)]
    ids = [
        make_lake([seen(f"192.0.2.{n}", at=day) for n in range(1, 3 + place)]).id
        for place, day in enumerate(days)
    ]
    lake = replace(Lake.open(tmp_path / "lake"), kept=Kept(most=2))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: counted(lake, one), ids * 10))
    assert found == [2, 3, 4, 5] * 10


def test_who_reads_goes_on_when_the_connection_is_let_go(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    first = make_lake([seen("192.0.2.1")]).id
    second = make_lake([seen("192.0.2.2", at="2026-11-24T00:00:00Z")]).id
    lake = replace(Lake.open(tmp_path / "lake"), kept=Kept(most=1))
    with lake.reading([first]) as con:
        assert counted(lake, second) == 1
        assert con.execute(COUNT).fetchall() == [(1,)]
