"""Imported values: one file, one feed replaced whole at a time, damage named."""

from pathlib import Path

import pytest

from gatewatch.assess.evidence import Epss, Kev
from gatewatch.assess.severity import severity_of
from gatewatch.assess.tables import FILE, Feed, feeds_of, merged, read_feeds, stored_feeds
from gatewatch.model.errors import LakeCorrupt

FEED = Feed("2026-11-23", "2026-11-24T10:00:00Z", "epss.csv.gz", 3, 1)
EPSS = Epss(0.5, 0.9, "2026-11-23", "v2025.03.14", "FIRST")
KEV = Kev("2024-01-08", False, "2026-11-23")
NVD = severity_of("AV:N/AC:L/Au:N/C:C/I:C/A:C", "NVD")


def test_what_is_merged_is_read_again() -> None:
    text = merged("", "epss", FEED, {"CVE-2014-9222": EPSS})
    text = merged(text, "kev", FEED, {"CVE-2014-9222": KEV})
    text = merged(text, "nvd", FEED, {"CVE-2014-9222": NVD})
    told = read_feeds(text)["CVE-2014-9222"]
    assert (told.epss, told.kev, told.severity) == (EPSS, KEV, NVD)
    assert feeds_of(text) == {"epss": FEED, "kev": FEED, "nvd": FEED}


def test_a_feed_is_replaced_whole_and_others_stay() -> None:
    text = merged("", "kev", FEED, {"CVE-2014-9222": KEV})
    text = merged(text, "epss", FEED, {"CVE-2014-9222": EPSS, "CVE-2014-9223": EPSS})
    told = read_feeds(merged(text, "epss", FEED, {}))
    assert list(told) == ["CVE-2014-9222"]
    assert told["CVE-2014-9222"].kev == KEV
    assert told["CVE-2014-9222"].epss is None


def test_nothing_imported_is_empty(tmp_path: Path) -> None:
    assert stored_feeds(tmp_path) == ""
    assert stored_feeds(tmp_path / "missing") == ""
    assert read_feeds("") == {}
    assert feeds_of("") == {}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"feeds": {}}', '{"feeds": {"x": {}}, "values": {}}',
     '{"feeds": {}, "values": {"CVE": {"epss": {}}}}', "[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(text)
    with pytest.raises(LakeCorrupt, match=r"feeds\.json: is no table of advisories"):
        stored_feeds(tmp_path)
