"""Tables in a lake: kept whole, replaced in one step, asked in order, mended when damaged."""

import errno
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from tests.enrich import stopping
from tests.enrich.stopping import KILLED, stop_at

from gatewatch.enrich import tables
from gatewatch.enrich.countries import unpack
from gatewatch.enrich.intake import read_file
from gatewatch.enrich.sources import Origin, Source, as_names, sources
from gatewatch.enrich.tables import load_ranges, remove_table, save_table
from gatewatch.model.address import parse_address
from gatewatch.model.errors import LakeCorrupt, LakeUnwritable

Keep = Callable[..., Source]
COUNTRY = "192.0.2.0,192.0.2.255,IT\n198.51.100.0,198.51.100.255,FR\n2001:db8::,2001:db8::f,DE\n"
ASN = "192.0.2.0,192.0.2.127,64500,Example\n2001:db8::,2001:db8::f,64506,Six\n"
OTHER = "192.0.2.0,192.0.2.255,ES\nfe80::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,JP\n"

NAMED_OTHERWISE = "network,asn,country,as_name\n192.0.2.0/24,64500,ES,Renamed\n"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake whose path has what SQL and patterns would stumble over."""
    return tmp_path / "it's a [la]ke*?"


@pytest.fixture
def keep(lake: Path, tmp_path: Path) -> Keep:
    """Keeps a table of this text."""

    def run(name: str, text: str, **more: Any) -> Source:
        path = tmp_path / "input.csv"
        path.write_text(text)
        return save_table(lake, name, read_file(path), file="input.csv", **more)

    return run


def where(lake: Path, *texts: str) -> list[tuple[int, str | None]]:
    """AS number and country of each address."""
    ranges = load_ranges(lake)
    assert ranges is not None
    found = []
    for address in map(parse_address, texts):
        high, low = (np.array([half or 0], dtype=np.int64) for half in address)
        asn, country = ranges.locate(high, low, 4 if address.high is None else 6)
        found.append((int(asn[0]), unpack(int(country[0]))))
    return found


def files(lake: Path) -> list[str]:
    """All files, those of the state under the name that readers know."""
    found = sorted(str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file())
    return [re.sub("STATE-[0-9]+", "CURRENT", path) for path in found]


def test_a_lake_without_tables_knows_nothing(lake: Path) -> None:
    assert (load_ranges(lake), sources(lake), as_names(lake)) == (None, [], {})
    assert remove_table(lake, "any") is False
    assert not lake.exists()


def test_a_table_is_read_as_it_was_kept(lake: Path, keep: Keep) -> None:
    kept = keep("country", COUNTRY, data_date="2026-11", licence="ours")
    assert sources(lake) == [kept]
    assert (kept.kind, kept.ranges4, kept.ranges6, kept.rejected) == ("country", 2, 1, 0)
    assert str(kept) == f"country (data of 2026-11, imported {kept.imported_at[:10]}; ours)"
    assert where(lake, "192.0.2.255", "192.0.3.0", "2001:db8::f", "2001:db8::10") == [
        (0, "IT"), (0, None), (0, "DE"), (0, None),
    ]  # fmt: skip


def test_addresses_beyond_the_signed_half_are_kept(lake: Path, keep: Keep) -> None:
    keep("other", OTHER)
    last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    assert where(lake, "fe80::", last, "fe7f::", "8000::") == [
        (0, "JP"), (0, "JP"), (0, None), (0, None),
    ]  # fmt: skip


def test_tables_are_asked_last_import_first_and_each_answers_what_it_knows(
    lake: Path, keep: Keep
) -> None:
    keep("country", COUNTRY)
    keep("asn", ASN)
    keep("other", OTHER)
    assert [source.name for source in sources(lake)] == ["other", "asn", "country"]
    assert where(lake, "192.0.2.1", "198.51.100.1", "2001:db8::1") == [
        (64500, "ES"), (0, "FR"), (64506, "DE"),
    ]  # fmt: skip


def test_the_newest_table_goes_first_although_the_clock_was_set_back(
    lake: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("country", COUNTRY)
    monkeypatch.setattr(tables, "time_ns", lambda: 10**18)
    keep("other", OTHER)
    assert where(lake, "192.0.2.1") == [(0, "ES")]


def test_a_fetched_table_keeps_its_place_when_a_newer_one_comes(lake: Path, keep: Keep) -> None:
    origin = Origin("https://example.org/t", "a", '"1"', None)
    keep("first", COUNTRY, origin=origin)
    keep("own", OTHER)
    kept = keep("first", COUNTRY, origin=Origin("https://example.org/t", "a", '"2"', None))
    assert sources(lake)[1] == kept
    assert where(lake, "192.0.2.1") == [(0, "ES")]
    keep("first", COUNTRY)
    assert [source.name for source in sources(lake)] == ["first", "own"]


def test_a_table_of_the_same_name_is_replaced_and_nothing_of_the_old_one_stays(
    lake: Path, keep: Keep
) -> None:
    keep("one", ASN)
    kept = keep("one", OTHER)
    assert where(lake, "192.0.2.1") == [(0, "ES")]
    assert as_names(lake) == {}
    assert files(lake) == [
        "networks/CURRENT/as_names.parquet",
        "networks/CURRENT/one.json",
        f"networks/one/names-{kept.id}.parquet",
        f"networks/one/ranges-4-{kept.id}.parquet",
        f"networks/one/ranges-6-{kept.id}.parquet",
    ]


def test_names_of_all_tables_are_together_the_newest_first(lake: Path, keep: Keep) -> None:
    keep("asn", ASN)
    keep("own", "198.51.100.0,198.51.100.9,64500,Renamed\n")
    assert as_names(lake) == {64500: "Renamed", 64506: "Six"}
    remove_table(lake, "own")
    assert as_names(lake) == {64500: "Example", 64506: "Six"}
    remove_table(lake, "asn")
    assert as_names(lake) == {}


def test_a_removed_table_is_gone(lake: Path, keep: Keep) -> None:
    keep("country", COUNTRY)
    assert remove_table(lake, "country") is True
    assert load_ranges(lake) is None
    assert files(lake) == ["networks/CURRENT/as_names.parquet"]


def test_other_programs_can_read_the_files(lake: Path, keep: Keep) -> None:
    """Signed integers, text and NULL; the country in a dictionary, as it repeats."""
    many = "".join(f"{n << 12},{(n << 12) + 9},{'IT' if n % 2 else 'FR'}\n" for n in range(20_000))
    kept = keep("many", many)
    path = lake / "copy.parquet"
    kept.path(lake, "ranges-4").rename(path)
    with duckdb.connect() as con:
        rows = con.read_parquet(str(path).replace("[", "[[]").replace("*", "[*]"))
        assert dict(zip(rows.columns, map(str, rows.types), strict=True)) == {
            "first": "BIGINT", "last": "BIGINT", "asn": "BIGINT", "country": "VARCHAR",
        }  # fmt: skip
        assert rows.limit(1).fetchall() == [(0, 9, None, "FR")]
        encodings = con.execute(
            "SELECT DISTINCT encodings FROM parquet_metadata(?) WHERE path_in_schema = 'country'",
            [str(path).replace("[", "[[]").replace("*", "[*]")],
        ).fetchall()
    assert all("DICTIONARY" in encoding for (encoding,) in encodings)


def test_a_damaged_table_is_named_and_importing_or_removing_mends_it(
    lake: Path, keep: Keep
) -> None:
    keep("asn", ASN)
    for damage in ("ranges-4", "ranges-6"):
        kept = keep("country", COUNTRY)
        kept.path(lake, damage).write_bytes(b"PAR1 but no more")
        with pytest.raises(LakeCorrupt, match=r'country: a file of it .* "gatewatch geo remove co'):
            load_ranges(lake)
        kept = keep("country", COUNTRY)
        kept.path(lake, damage).unlink()
        with pytest.raises(LakeCorrupt, match="missing or damaged"):
            load_ranges(lake)
        remove_table(lake, "country")
        assert where(lake, "192.0.2.1") == [(64500, None)]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"name": "other"}', "\x00", "[" * 10**5])
def test_a_damaged_description_is_named_and_importing_or_removing_mends_it(
    lake: Path, keep: Keep, text: str
) -> None:
    keep("asn", ASN)
    keep("country", COUNTRY)
    path = lake / "networks" / "CURRENT" / "country.json"
    path.write_text(text)
    with pytest.raises(
        LakeCorrupt, match=r"country: its description country\.json does not describe a table"
    ):
        load_ranges(lake)
    keep("third", OTHER)
    keep("country", COUNTRY)
    assert len(sources(lake)) == 3
    path.write_text(text)
    assert remove_table(lake, "country") is True
    assert [source.name for source in sources(lake)] == ["third", "asn"]


def test_damaged_names_of_one_table_do_not_stop_another(lake: Path, keep: Keep) -> None:
    kept = keep("asn", ASN)
    kept.path(lake, "names").write_bytes(b"junk")
    keep("own", "198.51.100.0,198.51.100.9,64501,Own\n")
    assert as_names(lake) == {64501: "Own"}
    (lake / "networks" / "CURRENT" / "as_names.parquet").write_bytes(b"junk")
    with pytest.raises(LakeCorrupt, match=r"as_names\.parquet"):
        as_names(lake)


def test_a_reader_that_meets_a_replacement_begins_anew(
    lake: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It listed the tables, and before it opens the files they are replaced."""
    old = keep("one", COUNTRY)
    keep("one", OTHER)
    lists = iter([[old], sources(lake), sources(lake)])
    monkeypatch.setattr(tables, "sources", lambda _: next(lists))
    assert where(lake, "192.0.2.1") == [(0, "ES")]


def disk_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_failure_at_any_step_leaves_the_old_table_or_the_new_one(lake: Path, keep: Keep) -> None:
    keep("one", COUNTRY)
    messages = []
    for step in range(1, 20):
        with pytest.MonkeyPatch.context() as patch:
            stop_at(step, disk_full, patch.setattr)
            try:
                keep("one", OTHER)
            except LakeUnwritable as error:
                messages.append(str(error))
        assert where(lake, "192.0.2.1") in ([(0, "IT")], [(0, "ES")])
        keep("one", COUNTRY)
        assert len(files(lake)) == 5
    said = "cannot be written, no space left on device: free space or choose another --lake"
    assert set(messages) == {f"{lake}: {said}; the lake is unchanged"}
    assert len(messages) >= 8


def test_a_failed_first_import_leaves_no_table(
    lake: Path, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(1, disk_full, monkeypatch.setattr)
    with pytest.raises(LakeUnwritable):
        keep("one", COUNTRY)
    assert load_ranges(lake) is None
    assert not (lake / "networks" / "one").exists()


def test_a_disk_that_is_full_is_told_when_duckdb_meets_it(lake: Path, keep: Keep) -> None:
    keep("one", COUNTRY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(LakeUnwritable) as caught:
            keep("one", ASN[:40])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be written" in str(caught.value)
    assert where(lake, "192.0.2.1") == [(0, "IT")]
    assert len(files(lake)) <= 6  # the old table whole, and at most what is beside as_names


@pytest.mark.slow
@pytest.mark.parametrize("doing", ["replace", "remove"])
def test_a_writer_killed_at_any_step_leaves_ranges_and_names_as_they_were_or_as_they_will_be(
    lake: Path, keep: Keep, tmp_path: Path, doing: str
) -> None:
    (tmp_path / "other.csv").write_text(NAMED_OTHERWISE)
    old: object = [(64500, None)], {64500: "Example", 64506: "Six"}
    new: object = ([(64500, "ES")], {64500: "Renamed"}) if doing == "replace" else (None, {})
    killed = 0
    for step in range(1, 40):
        keep("one", ASN)
        assert len(files(lake)) == 5
        code = work_until(step, lake, tmp_path / "other.csv", doing)
        found = where(lake, "192.0.2.1") if load_ranges(lake) else None, as_names(lake)
        assert found in (old, new)
        if code == 0:
            break
        killed += 1
    assert found == new
    assert killed >= 4


def work_until(step: int, lake: Path, file: Path, doing: str) -> int:
    """0 when the work was done before this step, else KILLED."""
    program = [sys.executable, str(Path(stopping.__file__)), str(step), str(lake), str(file), doing]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(program, env=environment, capture_output=True, text=True)
    assert done.returncode in {0, KILLED}, done.stderr
    return done.returncode


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11", "2026-11"),
        ("2026-11-24", "2026-11-24"),
        ("1970-01-01", None),
        ("2026-02-31", None),
        ("2026-13", None),
        ("", None),
    ],
)
def test_a_date_that_cannot_be_is_no_date(
    lake: Path, keep: Keep, given: str, kept: str | None
) -> None:
    keep("one", COUNTRY, data_date=given)
    [source] = sources(lake)
    assert source.data_date == kept
    assert source.moment > 0
