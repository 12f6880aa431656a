"""Two catalogues on one lake: what changed, for how many services, and which are kept."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.model.errors import BadArguments
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.pipeline.recatalogue import Change, compare, two_of
from gatewatch.pipeline.understand import open_lake
from gatewatch.store.understandings import KEPT, kept

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]


def overlay(folder: Path, model: str) -> Path:
    (folder / "fingerprints").mkdir(parents=True)
    (folder / "fingerprints" / "http_server.toml").write_text(
        '[[fingerprint]]\nid = "ours"\ndescription = "Ours"\nsource = "ours"\n'
        "pattern = '^gSOAP/2\\.[78]$'\n"
        f'asserts = {{ model = "{model}" }}\nconfidence = 0.9\n'
        'examples = ["gSOAP/2.7"]\ncounter_examples = ["gSOAP"]\n'
    )
    return folder


def test_what_became_what_is_counted_in_services(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1", "huawei")])
    make_lake([seen("192.0.2.1"), seen("192.0.2.2"), seen("192.0.2.3", "huawei")])
    lake = open_lake(tmp_path / "lake", overlay(tmp_path / "ours", "The cellar's"))
    before, after = two_of(lake, None, None)
    found = compare(lake, before, after, lake.snapshots[-1].id)
    assert found.changes == (Change("model", None, "The cellar's", 1, 2),)
    assert (found.services, found.changed, found.unread) == (3, 2, 0)
    back = compare(lake, after, before, lake.snapshots[0].id)
    assert [(one.before, one.after, one.services) for one in back.changes] == [
        ("The cellar's", None, 0)
    ]


def test_the_same_catalogue_changes_nothing(seen: Seen, make_lake: Make, tmp_path: Path) -> None:
    make_lake([seen("192.0.2.1")])
    lake = open_lake(tmp_path / "lake")
    found = compare(lake, lake.manifest.catalogue, lake.manifest.catalogue, lake.snapshots[0].id)
    assert (found.changes, found.changed, found.services) == ((), 0, 1)


def test_what_only_one_has_read_is_left_out_and_said(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1")])
    ours = overlay(tmp_path / "ours", "x")
    first = open_lake(tmp_path / "lake", ours).manifest.catalogue
    make_lake([seen("192.0.2.2", "huawei")])
    lake = open_lake(tmp_path / "lake")
    found = compare(lake, first, lake.manifest.catalogue, lake.snapshots[-1].id)
    assert (found.unread, found.services) == (1, 0)


def test_one_that_is_not_kept_is_refused_with_those_that_are(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1")])
    lake = open_lake(tmp_path / "lake")
    with pytest.raises(BadArguments, match="has been understood with one catalogue only"):
        two_of(lake, None, None)
    with pytest.raises(BadArguments, match=f"are kept: {lake.manifest.catalogue}"):
        two_of(lake, "0123456789abcdef", None)


def test_the_last_few_are_kept_and_the_rest_forgotten(
    seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    make_lake([seen("192.0.2.1")])
    path = tmp_path / "lake"
    used = [
        open_lake(path, overlay(tmp_path / f"ours{number}", f"m{number}")).manifest.catalogue
        for number in range(KEPT + 1)
    ]
    assert kept(open_lake(path, tmp_path / f"ours{KEPT}")) == used[: -KEPT - 1 : -1]
