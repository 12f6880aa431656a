"""A better catalogue understands all history anew, without touching a snapshot."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gatewatch.model.observation import Answer, Observation, Outcome, Spoke
from gatewatch.model.snapshot import SnapshotInfo
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
