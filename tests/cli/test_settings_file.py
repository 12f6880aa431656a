"""TOML files of settings: bounded, and wrong ones are one line."""

from pathlib import Path

import pytest

from gatewatch.cli.settings_file import line_of, read_toml
from gatewatch.model.errors import BadSettingsFile


def test_a_file_that_need_not_exist_is_empty(tmp_path: Path) -> None:
    assert read_toml(tmp_path / "missing.toml") == ({}, "")
    with pytest.raises(BadSettingsFile, match=r"missing\.toml: No such file"):
        read_toml(tmp_path / "missing.toml", required=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a =", "is not TOML, "),
        (b"\xff", "is not TOML, "),
        (b"a = " + b"[" * 60_000, "is nested too deeply"),
        (b"#" * 65_537, "is over 64 KiB"),
    ],
)
def test_what_is_no_settings_file_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(BadSettingsFile) as caught:
        read_toml(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = 2", 2), ("\n[b]\n", 2), ("[b.c]", 1), ("'b' = 1", 1), ("[[ b ]]", 1), ("a=1", 1)],
)
def test_the_line_of_a_name_is_found(text: str, line: int) -> None:
    assert line_of("b", text) == line
