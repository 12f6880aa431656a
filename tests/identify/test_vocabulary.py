"""Names and their other spellings."""

from pathlib import Path

import pytest

from gatewatch.identify.vocabulary import read_vocabulary
from gatewatch.model.errors import CatalogueBroken


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "vendors.toml").write_text(text, encoding="utf-8")
    return folder


def test_any_spelling_in_any_case_leads_to_the_name(tmp_path: Path) -> None:
    known = read_vocabulary([write(tmp_path, '"D-Link" = ["dlink", "D-Link Systems"]')])
    assert known.canonical("vendor", "DLINK") == "D-Link"
    assert known.canonical("vendor", "d-link systems") == "D-Link"
    assert known.canonical("vendor", "d link") is None
    assert known.names("vendor") == ["D-Link"]


def test_a_list_that_is_missing_is_empty(tmp_path: Path) -> None:
    assert read_vocabulary([tmp_path]).names("role") == []


def test_folders_add_up(tmp_path: Path) -> None:
    own = write(tmp_path / "own", '"Acme" = []')
    ours = write(tmp_path / "ours", '"D-Link" = []')
    assert read_vocabulary([own, ours]).names("vendor") == ["Acme", "D-Link"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '"D-Link" = ["dlink"]\n"Dlink Inc" = ["DLink"]',
            'vendors.toml: Dlink Inc: "dlink" already stands for "D-Link": '
            "keep the spelling with one name only",
        ),
        (
            '"D-Link" = []\n"D-LINK" = []',
            'vendors.toml: D-LINK: "d-link" already stands for "D-Link": '
            "keep the spelling with one name only",
        ),
        (
            '"D-Link" = "dlink"',
            "vendors.toml: D-Link: other spellings are no list of texts: "
            'write "D-Link" = ["other spelling"], or [] when there is none',
        ),
        (
            '"D-Link" = [1]',
            "vendors.toml: D-Link: other spellings are no list of texts: "
            'write "D-Link" = ["other spelling"], or [] when there is none',
        ),
        (
            '"D-Link" =',
            "vendors.toml: Invalid value (at end of document): write it as TOML",
        ),
    ],
)
def test_a_broken_list_names_file_entry_and_mend(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CatalogueBroken) as caught:
        read_vocabulary([write(tmp_path, text)])
    assert str(caught.value) == message


def test_a_list_without_bottom_is_broken(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match=r"vendors\.toml: .*: write it as TOML"):
        read_vocabulary([write(tmp_path, '"D-Link" = ' + "[" * 9999)])
