"""Hand-written data: read folder by folder, the user's own first; what is wrong names its entry."""

from pathlib import Path

import pytest

from gatewatch.model.errors import CatalogueBroken
from gatewatch.model.knowledge import (
    Entry,
    code_of,
    folders,
    load_toml,
    toml_files,
    version_of,
)

ENTRY = Entry("a.toml: one", {"share": 2, "number": True, "text": " ", "texts": [], "items": {}})


@pytest.mark.parametrize(
    ("reader", "key"),
    [
        (Entry.share, "share"), (Entry.number, "number"), (Entry.text, "text"),
        (Entry.texts, "texts"), (Entry.items, "items"), (Entry.text, "missing"),
    ],
)  # fmt: skip
def test_a_value_of_a_wrong_kind_names_entry_and_key(reader: object, key: str) -> None:
    assert callable(reader)
    with pytest.raises(CatalogueBroken, match=f"^a.toml: one: .*{key}"):
        reader(ENTRY, key)


def test_an_unknown_key_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CatalogueBroken, match='unknown key "b": use only a, c'):
        Entry("here", {"b": 1}).keys(frozenset({"a", "c"}))


def test_missing_lists_and_tables_are_empty() -> None:
    nothing = Entry("here", {})
    assert nothing.items("some") == []
    assert nothing.texts("some") == {}


def test_the_own_folder_comes_first_and_must_exist(tmp_path: Path) -> None:
    assert next(map(str, folders(tmp_path))) == str(tmp_path)
    assert len(folders(None)) == 1
    with pytest.raises(CatalogueBroken, match="is no folder"):
        folders(tmp_path / "missing")


def test_only_toml_files_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", "notes.txt"):
        (tmp_path / name).touch()
    assert [file.name for file in toml_files(tmp_path)] == ["a.toml", "b.toml"]
    assert toml_files(tmp_path / "missing") == []


@pytest.mark.parametrize("content", [b"a = ", b"\xff", b"a = " + b"[" * 100_000])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.toml").write_bytes(content)
    with pytest.raises(CatalogueBroken, match=r"^bad\.toml: "):
        load_toml(tmp_path / "bad.toml")


def test_a_version_changes_with_names_and_bytes() -> None:
    versions = [[("a", b"1")], [("a", b"2")], [("b", b"1")], [("a", b"1"), ("b", b"")], []]
    assert len({version_of(parts) for parts in versions}) == len(versions)
    assert version_of(code_of("model")) == version_of(code_of("model"))
