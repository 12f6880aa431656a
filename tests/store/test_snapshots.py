"""What goes into a snapshot comes out of its views: rows, cube, responses, understanding."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from gatewatch.model.errors import LakeMissing, SnapshotUnknown
from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.lake import Lake
from gatewatch.store.schema import connect, copy_to, literal
from gatewatch.store.upkeep import remove_snapshot, verify

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]


def rows(lake: Path, sql: str, snapshots: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of `sql` over the views of these snapshots."""
    with Lake.open(lake).reading(snapshots) as con:
        return con.execute(sql).fetchall()


def test_one_response_stands_for_answers_that_differ_in_their_nonce(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    info = make_lake([seen(f"192.0.2.{n}", nonce=n << 64 | 0xABCDEF << 100) for n in range(1, 9)])
    assert (info.services, info.hosts, info.responses) == (8, 8, 1)
    assert rows(tmp_path / "lake", "SELECT n FROM cube", [info.id]) == [(8,)]


def test_rows_are_sorted_and_both_families_are_kept(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    ips = ["203.0.113.9", "2001:db8::1", "192.0.2.1", "ffff::1", "192.0.2.1"]
    info = make_lake([seen(ip, port=7547 + n) for n, ip in enumerate(ips)])
    found = rows(tmp_path / "lake", "SELECT ip_high, ip, port FROM services", [info.id])
    high = 0x20010DB8 << 32
    assert found == [
        (None, 0xC0000201, 7549),
        (None, 0xC0000201, 7551),
        (None, 0xCB007109, 7547),
        (-(1 << 48), 1, 7550),
        (high, 1, 7548),
    ]
    assert info.hosts == 4


def test_of_two_observations_of_a_service_the_stronger_then_newer_is_kept(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    info = make_lake(
        [
            seen("192.0.2.1", "syn-ack", at="2026-11-20T03:00:00Z"),
            seen("192.0.2.1", "gsoap", at="2026-11-20T01:00:00Z"),
            seen("192.0.2.1", "rompager", at="2026-11-20T02:00:00Z"),
        ]
    )
    assert (info.services, info.duplicates) == (1, 2)
    found = rows(
        tmp_path / "lake",
        "SELECT server FROM services JOIN understanding USING (response)",
        [info.id],
    )
    assert found == [("RomPager/4.07 UPnP/1.0",)]


def test_a_later_snapshot_stores_only_responses_that_are_new(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1", "gsoap")])
    second = make_lake([seen("192.0.2.1", "gsoap"), seen("192.0.2.2", "huawei")])
    assert second.id == "2026-11-20-2"
    files = sorted((tmp_path / "lake" / "responses").iterdir())
    con = connect()
    held = [
        con.execute(f"SELECT count(*) FROM read_parquet({literal(file)})").fetchall()[0][0]
        for file in files
    ]
    assert held == [1, 1]
    third = make_lake([seen("192.0.2.3", "gsoap")])
    assert len(list((tmp_path / "lake" / "responses").iterdir())) == 2
    assert rows(tmp_path / "lake", "SELECT count(*) FROM understanding", [third.id]) == [(2,)]


def test_where_the_source_says_an_address_is_holds_without_network_data(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    info = make_lake(
        [
            seen("192.0.2.1", place=Place("IT", 64500, "Example Telecom")),
            seen("192.0.2.2", place=Place(None, 64501)),
            seen("192.0.2.3"),
        ]
    )
    found = rows(
        tmp_path / "lake",
        "SELECT country, asn, name FROM services LEFT JOIN as_names USING (asn) ORDER BY ip",
        [info.id],
    )
    assert found == [("IT", 64500, "Example Telecom"), (None, 64501, None), (None, None, None)]
    assert info.located_by == {"tables": 0, "source": 1, "nothing": 2}


def test_a_removed_snapshot_takes_its_responses_with_it(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    first = make_lake([seen("192.0.2.1", "gsoap"), seen("192.0.2.2", "rompager")])
    second = make_lake([seen("192.0.2.1", "gsoap")])
    remove_snapshot(lake, first.id)
    assert [info.id for info in Lake.open(lake).snapshots] == [second.id]
    assert rows(lake, "SELECT count(*) FROM responses", [second.id]) == [(1,)]
    assert not (lake / "snapshots" / first.id).exists()
    assert all(not problem for _, problem in verify(lake))
    with pytest.raises(SnapshotUnknown, match=second.id):
        remove_snapshot(lake, first.id)
    remove_snapshot(lake, second.id)
    with pytest.raises(LakeMissing):
        Lake.open(lake)


def test_verify_names_the_file_with_a_flipped_bit(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    info = make_lake([seen("192.0.2.1")])
    victim = tmp_path / "lake" / "snapshots" / info.id / "cube.parquet"
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    problems = {path.name: problem for path, problem in verify(tmp_path / "lake") if problem}
    assert problems == {"cube.parquet": "does not match its checksum"}


def test_columns_of_few_values_must_be_dictionary_encoded(tmp_path: Path) -> None:
    con = connect(threads=1)
    columns: Any = {"port": np.resize(np.array([7547, 80], dtype=np.int32), 50_000)}
    con.register("part", columns)
    path = tmp_path / "x.parquet"
    assert copy_to(con, "SELECT port FROM part", path, dictionaries=("port",)) == 50_000


def test_a_column_written_plain_although_it_repeats_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.parquet"
    plain = connect(threads=1)

    class Plain:
        """Writes without dictionaries, as another writer's default would."""

        def execute(self, sql: str, *args: Any) -> duckdb.DuckDBPyConnection:
            return plain.execute(
                sql.replace("ROW_GROUP_SIZE", "DICTIONARY_SIZE_LIMIT 1, ROW_GROUP_SIZE"), *args
            )

    with pytest.raises(AssertionError, match="without a dictionary"):
        copy_to(
            Plain(),  # type: ignore[arg-type]
            "SELECT (i % 5)::INTEGER AS port FROM range(50000) t(i)",
            path,
            dictionaries=("port",),
        )
