"""Feeds come into a lake from files and servers, all or nothing, and history is assessed anew."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.assess.feeds.samples import EPSS, KEV, NVD
from tests.pipeline.publisher import publisher, whole

from gatewatch.assess.tables import FILE, feeds_of, read_feeds, stored_feeds
from gatewatch.model.errors import FetchFailed, GatewatchError, InputUnreadable
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.pipeline.advisories import update_feeds
from gatewatch.pipeline.understand import open_lake


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {"epss.csv.gz": gzip.compress(EPSS), "kev.json": KEV, "nvd.json": NVD}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


def test_files_of_all_feeds_are_taken_in(files: dict[str, str], tmp_path: Path) -> None:
    done = update_feeds(tmp_path / "lake", list(files.values()))
    assert [(one.name, one.feed.records, one.feed.known) for one in done] == [
        ("epss", 3, 2),
        ("kev", 2, 1),
        ("nvd", 4, 2),
    ]
    told = read_feeds(stored_feeds(tmp_path / "lake"))["CVE-2014-9222"]
    assert told.epss is not None
    assert told.kev is not None
    assert told.severity is not None


def test_a_later_year_of_nvd_adds_and_a_later_kev_replaces(
    files: dict[str, str], tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    update_feeds(lake, [files["nvd.json"], files["kev.json"]])
    (tmp_path / "nvd.json").write_bytes(NVD.replace(b"CVE-2017-9765", b"CVE-2099-0002"))
    (tmp_path / "kev.json").write_bytes(KEV.replace(b"CVE-2014-9222", b"CVE-2099-0003"))
    update_feeds(lake, [files["nvd.json"], files["kev.json"]])
    told = read_feeds(stored_feeds(lake))
    assert told["CVE-2017-9765"].severity is not None
    assert all(one.kev is None for one in told.values())


def test_a_server_is_asked_only_when_its_address_is_given(tmp_path: Path) -> None:
    with publisher({"/epss.csv.gz": whole(gzip.compress(EPSS))}) as server:
        url = server.url("/epss.csv.gz?key=secret")
        [done] = update_feeds(tmp_path / "lake", [server.url("/epss.csv.gz")])
        assert len(server.asked) == 1
    assert done.feed.as_of == "2026-11-23"
    assert "secret" not in done.feed.source
    assert url.startswith(done.feed.source)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"hello\n", "it is no known feed"),
        (EPSS[:-10], "line 5 is no score, or is cut"),
        (gzip.compress(EPSS)[:-20], "."),
        (KEV[:-30], "it is "),
        (NVD[:200], "it is damaged or cut"),
    ],
)
def test_a_broken_file_changes_nothing(
    content: bytes, what: str, files: dict[str, str], tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    update_feeds(lake, [files["kev.json"]])
    before = (lake / FILE).read_bytes()
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(GatewatchError, match=what) as caught:
        update_feeds(lake, [files["epss.csv.gz"], str(tmp_path / "bad")])
    assert "bad" in str(caught.value)
    assert (lake / FILE).read_bytes() == before


def test_a_transfer_that_is_cut_changes_nothing(tmp_path: Path) -> None:
    cut = whole(gzip.compress(EPSS))[:-10]
    with publisher({"/epss.csv.gz": cut}) as server, pytest.raises(FetchFailed):
        update_feeds(tmp_path / "lake", [server.url("/epss.csv.gz")])
    assert stored_feeds(tmp_path / "lake") == ""


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="there is no such file"):
        update_feeds(tmp_path / "lake", [str(tmp_path / "missing")])


def test_history_is_assessed_anew_with_newer_evidence(
    files: dict[str, str],
    tmp_path: Path,
    seen: Callable[..., Observation],
    make_lake: Callable[[Sequence[Observation]], SnapshotInfo],
) -> None:
    make_lake([seen("192.0.2.1", "rompager")])
    before = open_lake(tmp_path / "lake")
    update_feeds(tmp_path / "lake", [files["kev.json"]])
    after = open_lake(tmp_path / "lake")
    assert before.manifest.catalogue != after.manifest.catalogue
    risks = []
    for lake in (before, after):
        with lake.reading(["2026-11-20"]) as con:
            risks += con.execute("SELECT risk FROM understanding").fetchall()
    assert risks[0] < risks[1]
    assert feeds_of(stored_feeds(tmp_path / "lake"))["kev"].as_of == "2026-11-23"
