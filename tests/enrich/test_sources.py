"""Which tables a lake has: read while they change, and whatever their descriptions hold."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from gatewatch.enrich.intake import read_file
from gatewatch.enrich.sources import Origin, Source, has_table, is_table_name, sources
from gatewatch.enrich.tables import save_table
from gatewatch.model.errors import LakeCorrupt


@pytest.fixture
def kept(tmp_path: Path) -> Source:
    """A table that was fetched."""
    path = tmp_path / "t.csv"
    path.write_text("192.0.2.0,192.0.2.255,IT\n")
    origin = Origin("https://example.org/t", "0" * 16, None, "Tue, 24 Nov 2026 10:00:00 GMT")
    return save_table(tmp_path, "one", read_file(path), file="t.csv", origin=origin)


def test_a_table_is_told_with_its_age_and_licence(tmp_path: Path, kept: Source) -> None:
    assert sources(tmp_path) == [kept]
    day = kept.imported_at[:10]
    assert str(kept) == f"one (data without a date, imported {day}; licence not stated)"
    assert has_table(tmp_path, "one")
    assert not has_table(tmp_path, "two")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "A", "-a", "a" * 65, "é", "a\n"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    assert not is_table_name(name)


@pytest.mark.parametrize("name", ["a", "0", "geolite2-asn", "a.b_c"])
def test_plain_words_are_names(name: str) -> None:
    assert is_table_name(name)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "two"},
        {"id": "1"},
        {"rank": None},
        {"imported_at": "yesterday"},
        {"data_date": "2026-02-31"},
        {"data_date": 7},
        {"origin": {"url": "x"}},
        {"origin": "x"},
        {"more": 1},
    ],
)
def test_a_description_that_describes_no_table_is_named(
    tmp_path: Path, kept: Source, change: dict[str, object]
) -> None:
    path = tmp_path / "networks" / "CURRENT" / "one.json"
    path.write_text(json.dumps(asdict(kept) | change))
    with pytest.raises(LakeCorrupt, match=r"networks/one: its description one\.json does not des"):
        sources(tmp_path)


def test_a_reader_whose_state_is_replaced_reads_the_new_one(
    tmp_path: Path, kept: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between listing and reading another writer removes what was listed."""
    real = Path.read_bytes
    newer: list[Source] = []

    def replaced(path: Path) -> bytes:
        monkeypatch.setattr(Path, "read_bytes", real)
        newer.append(save_table(tmp_path, "two", read_file(tmp_path / "t.csv"), file="t.csv"))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", replaced)
    assert sources(tmp_path) == [*newer, kept]
