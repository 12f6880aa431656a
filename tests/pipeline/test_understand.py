"""A better catalogue understands all history anew, without touching a snapshot."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewatch.model.address import Address
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.ingest import ingest_records
from gatewatch.pipeline.understand import explain, open_lake, understood
from gatewatch.store.lake import Lake
from gatewatch.store.schema import UNDERSTANDING

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]

OVERLAY = """
[[fingerprint]]
id = "our-own-name"
description = "How we call it here"
source = "our own records"
pattern = '^RomPager/4\\.07 UPnP/1\\.0$'
asserts = { model = "The old one in the cellar" }
confidence = 0.9
examples = [
    { value = 'RomPager/4.07 UPnP/1.0', gives = { model = "The old one in the cellar" } },
]
counter_examples = ["RomPager/4.08 UPnP/1.0"]
"""


def models(lake: Lake) -> list[tuple[str, int]]:
    """Model to services over all snapshots."""
    names = [info.id for info in lake.snapshots]
    with lake.reading(names) as con:
        return con.execute(
            "SELECT model, count(*) FROM services JOIN understanding USING (response) "
            "WHERE model IS NOT NULL GROUP BY ALL"
        ).fetchall()


def test_history_is_understood_anew_when_the_catalogue_changes(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1", "rompager")])
    make_lake([seen("192.0.2.1", "rompager"), seen("192.0.2.2", "gsoap")])
    path = tmp_path / "lake"
    before = (path / "manifest.json").read_bytes()
    assert models(open_lake(path)) == []
    overlay = tmp_path / "ours"
    (overlay / "fingerprints").mkdir(parents=True)
    (overlay / "fingerprints" / "http_server.toml").write_text(OVERLAY)
    assert models(open_lake(path, overlay)) == [("The old one in the cellar", 2)]
    assert models(open_lake(path)) == []
    assert (path / "manifest.json").read_bytes() == before


def test_a_lost_understanding_is_made_again(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    info = make_lake([seen("192.0.2.1", "rompager")])
    for file in (tmp_path / "lake" / "understanding").glob("*/*"):
        file.unlink()
    with open_lake(tmp_path / "lake").reading([info.id]) as con:
        assert con.execute("SELECT server FROM understanding").fetchall() == [
            ("RomPager/4.07 UPnP/1.0",)
        ]


def test_a_banner_is_never_quite_sure() -> None:
    head = b'HTTP/1.1 401 x\r\nWWW-Authenticate: Digest realm="HuaweiHomeGateway"\r\n\r\n'
    row = understood(7, Answer(Spoke.HTTP, Outcome.SUCCESS, head))
    values = dict(zip(UNDERSTANDING, row, strict=True))
    assert values["response"] == 7
    assert values["vendor"] == "Huawei"
    assert 50 <= values["confidence"] <= 99


def test_an_explanation_names_rule_and_words() -> None:
    head = b"HTTP/1.1 404 Not Found\r\nServer: RomPager/4.07 UPnP/1.0\r\n\r\n"
    facts, identity = explain(Answer(Spoke.HTTP, Outcome.SUCCESS, head))
    assert facts.fields["server"] == "RomPager/4.07 UPnP/1.0"
    software = next(one for one in identity.assertions if one.field == "software")
    assert software.rule.startswith("http_server/")
    assert "RomPager" in software.evidence


ANSWERS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"HTTP/1.1 404 Not Found\r\nServer: RomPager/4.07 UPnP/1.0\r\n\r\n",
                b'HTTP/1.1 401 x\r\nWWW-Authenticate: Digest realm="HuaweiHomeGateway"\r\n\r\n',
                b"HTTP/1.1 200 OK\r\nServer: gSOAP/2.7\r\nContent-Length: 0\r\n\r\n",
            ]
        ),
        st.binary(max_size=60).map(lambda tail: b"HTTP/1.1 200 OK\r\nServer: " + tail),
    ),
    min_size=1,
    max_size=6,
)


def rows_of(lake: Lake) -> list[tuple[object, ...]]:
    with lake.reading([info.id for info in lake.snapshots]) as con:
        return con.execute("SELECT * FROM understanding ORDER BY response").fetchall()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(heads=ANSWERS)
def test_reading_anew_gives_what_a_fresh_import_gives(heads: list[bytes], tmp_path: Path) -> None:
    overlay = tmp_path / "ours"
    (overlay / "fingerprints").mkdir(parents=True, exist_ok=True)
    (overlay / "fingerprints" / "http_server.toml").write_text(OVERLAY)
    seen = [
        Observation(
            Address(None, 0xC0000200 + at), 7547, at, Answer(Spoke.HTTP, Outcome.SUCCESS, head)
        )
        for at, head in enumerate(heads)
    ]
    with TemporaryDirectory(dir=tmp_path) as folder:
        old, new = Path(folder) / "old", Path(folder) / "new"
        ingest_records(old, seen, Source("test", ()))
        ingest_records(new, seen, Source("test", ()), overlay=overlay)
        assert rows_of(open_lake(old, overlay)) == rows_of(open_lake(new, overlay))


def test_several_processes_understand_what_one_does(
    seen: Seen, make_lake: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_lake(
        [seen("192.0.2.1", "rompager"), seen("192.0.2.2", "gsoap"), seen("192.0.2.3", "huawei")]
    )
    alone = rows_of(open_lake(tmp_path / "lake"))
    shutil.rmtree(tmp_path / "lake" / "understanding")
    monkeypatch.setattr("gatewatch.pipeline.rebuild._WORTH_PROCESSES", 1)
    assert rows_of(open_lake(tmp_path / "lake")) == alone


def test_no_row_of_a_snapshot_is_read_for_it(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    make_lake([seen("192.0.2.1", "rompager")])
    shutil.rmtree(tmp_path / "lake" / "understanding")
    for file in (tmp_path / "lake" / "snapshots").rglob("*.parquet"):
        file.write_bytes(b"damaged")
    lake = open_lake(tmp_path / "lake")
    assert all(lake.understanding_file(file).exists() for file in lake.response_files())
