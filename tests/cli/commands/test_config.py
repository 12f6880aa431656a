import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.cli.settings import SETTINGS

Gatewatch = Callable[..., tuple[int, str, str]]


def test_each_setting_is_shown_with_value_and_origin(
    gatewatch: Gatewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("gatewatch.toml").write_text('catalogue = "mine"\n')
    monkeypatch.setenv("GATEWATCH_CONTACT", "mailto:scan@research.example")
    code, out, _ = gatewatch("config", "--lake", "here")
    rows = {
        row["setting"]: (row["value"], row["origin"])
        for row in map(json.loads, out.split("\n")[:-1])
    }
    assert code == 0
    assert set(rows) == set(SETTINGS)
    assert (
        rows.items()
        >= {
            "lake": ("here", "--lake"),
            "contact": ("mailto:scan@research.example", "GATEWATCH_CONTACT"),
            "catalogue": ("mine", "gatewatch.toml:1"),
            "networks": (None, "default"),
            "color": ("auto", "default"),
            "lang": ("auto", "default"),
            "accessible": ("false", "default"),
            "quiet": ("false", "default"),
            "errors": ("text", "default"),
        }.items()
    )


def test_a_wrong_value_is_one_line(gatewatch: Gatewatch) -> None:
    Path("gatewatch.toml").write_text("lake = 1\n")
    code, out, err = gatewatch("config")
    assert (code, out) == (2, "")
    assert err == 'gatewatch: gatewatch.toml:1: lake is "1": give a folder\n'.removeprefix(
        "gatewatch: "
    )


def test_publishers_are_shown_by_name_without_the_keys_in_their_addresses(
    gatewatch: Gatewatch,
) -> None:
    Path("gatewatch.toml").write_text('[networks.asn]\nurl = "https://u:S3CRET@example.org/t"\n')
    code, out, _ = gatewatch("config")
    assert code == 0
    assert '"value":"asn"' in out
    assert "S3CRET" not in out
