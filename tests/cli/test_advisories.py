"""`gatewatch advisories` lists, shows and updates; what is wrong is one line."""

import json
from pathlib import Path

import pytest
from tests.assess.feeds.samples import EPSS, KEV

from gatewatch.cli.main import run

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "epss.csv").write_bytes(EPSS)
    (tmp_path / "kev.json").write_bytes(KEV)
    return tmp_path


def listed(capsys: Capture) -> dict[str, dict[str, object]]:
    assert run(["advisories", "list", "--format", "ndjson"]) == 0
    rows = map(json.loads, capsys.readouterr().out.splitlines())
    return {row["id"]: row for row in rows}


def test_every_entry_is_listed(capsys: Capture) -> None:
    rows = listed(capsys)
    assert rows["CVE-2017-9765"]["severity"] == 8.1
    assert rows["C03-basic-in-clear"]["level"] == "medium"


def test_one_entry_is_shown_with_when_it_applies(capsys: Capture) -> None:
    assert run(["advisories", "show", "cve-2017-9765", "--format", "table"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "CVE-2017-9765: Devil's Ivy" in out
    assert "8.1 (CVSS:3.0/AV:N/AC:H" in out
    assert "ssvc.provider track*" in out
    assert "partly >= 2.7.0, <= 2.8.47" in out


def test_a_second_number_leads_to_the_same_entry(capsys: Capture) -> None:
    assert run(["advisories", "show", "CVE-2021-21783", "--format", "ndjson"]) == 0
    assert "CVE-2020-13576" in capsys.readouterr().out


def test_an_unknown_entry_is_one_line_with_a_mend(capsys: Capture) -> None:
    assert run(["advisories", "show", "CVE-2017-9766"]) == 2
    err = capsys.readouterr().err
    assert 'there is no "CVE-2017-9766"' in err
    assert err.count("\n") == 1


def test_an_update_is_told_and_seen_in_the_list(place: Path, capsys: Capture) -> None:
    sources = [str(place / "epss.csv"), str(place / "kev.json")]
    assert run(["advisories", "update", *sources, "--format", "ndjson"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["feed"], row["as_of"], row["known"]) for row in told] == [
        ("epss", "2026-11-23", 2),
        ("kev", "2026-11-23", 1),
    ]
    rows = listed(capsys)
    assert rows["CVE-2014-9222"]["epss"] == 0.91234
    assert rows["CVE-2014-9222"]["kev"] == "2026-11-20"
    assert run(["advisories", "list", "--format", "table"]) == 0
    out = capsys.readouterr().out
    assert "EPSS of 2026-11-23, imported 20" in out
    assert "NVD: as shipped" in out


def test_a_broken_feed_is_one_line_and_nothing_changes(place: Path, capsys: Capture) -> None:
    (place / "epss.csv").write_bytes(EPSS[:-4])
    assert run(["advisories", "update", str(place / "epss.csv")]) == 2
    err = capsys.readouterr().err
    assert "line 5 is no score, or is cut" in err
    assert "nothing was changed" in err
    assert listed(capsys)["CVE-2014-9222"]["epss"] is None
