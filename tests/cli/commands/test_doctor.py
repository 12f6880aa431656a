import json
import locale
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.pipeline.publisher import publisher, whole

from gatewatch.cli.commands import doctor

Gatewatch = Callable[..., tuple[int, str, str]]


def findings(out: str) -> dict[str, dict[str, Any]]:
    return {row["check"]: row for row in map(json.loads, out.splitlines())}


def test_a_healthy_machine_without_a_lake_has_no_fault(gatewatch: Gatewatch) -> None:
    code, out, _ = gatewatch("doctor")
    found = findings(out)
    assert code == 0
    assert {row["state"] for row in found.values()} <= {"ok", "note"}
    assert found["lake"]["mend"] == '"gatewatch import FILE" or "gatewatch demo" makes one'
    assert list(found) == [
        "python", "packages", "platform", "settings", "lake", "rights", "space", "network data",
        "open files", "text", "privileges",
    ]  # fmt: skip


def test_whatever_is_not_ok_says_how_to_mend_it(gatewatch: Gatewatch) -> None:
    rows = findings(gatewatch("doctor")[1]).values()
    assert all(row["mend"] for row in rows if row["state"] != "ok")


def test_a_lake_that_is_a_file_is_a_fault(gatewatch: Gatewatch) -> None:
    Path("gatewatch-lake").touch()
    code, out, _ = gatewatch("doctor")
    assert code == 3
    assert findings(out)["lake"]["state"] == "fault"


def test_a_corrupt_lake_is_a_fault(gatewatch: Gatewatch) -> None:
    Path("gatewatch-lake").mkdir()
    Path("gatewatch-lake/manifest.json").write_text("{")
    code, out, _ = gatewatch("doctor")
    assert code == 3
    assert "is not a manifest" in findings(out)["lake"]["what"]


def test_a_variable_that_means_nothing_is_noted(
    gatewatch: Gatewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWATCH_LAK", "x")
    _, out, _ = gatewatch("doctor")
    assert "GATEWATCH_LAK is set but means nothing" in out


def test_broken_settings_are_the_error_itself(gatewatch: Gatewatch) -> None:
    Path("gatewatch.toml").write_text("lak = 1\n")
    code, _, err = gatewatch("doctor")
    assert code == 2
    assert 'no setting is called "lak"' in err


def test_missing_packages_a_full_disk_and_few_files_are_seen(
    gatewatch: Gatewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name == "duckdb" else name)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))
    monkeypatch.setattr(locale, "getpreferredencoding", lambda **_: "ANSI_X3.4-1968")
    code, out, _ = gatewatch("doctor")
    found = findings(out)
    assert code == 3
    assert found["packages"]["what"] == "missing: duckdb"
    assert found["space"]["what"].endswith("0.0 GB are free")
    assert found["open files"]["what"] == "at most 1,024: scans will be slow"
    assert found["text"]["mend"] == "set LANG=C.UTF-8"


def test_old_network_data_is_noted(gatewatch: Gatewatch) -> None:
    rows = "network,asn,country,as_name\n192.0.2.0/24,64500,IT,Example\n"
    for name in ("old-2019-01-29.csv", "new.csv"):
        Path(name).write_text(rows)
        assert gatewatch("geo", "import", name)[0] == 0
    listed = [json.loads(line) for line in gatewatch("doctor")[1].splitlines()]
    found = {row["what"].split(":")[0]: row for row in listed if row["check"] == "network data"}
    assert found["new"]["state"] == "ok"
    assert found["new"]["what"] == "new: 0 days old (no date, so since its import)"
    assert found["old"]["state"] == "note"
    assert found["old"]["what"].endswith(" days old (data of 2019-01-29)")
    assert found["old"]["mend"] == '"gatewatch geo import FILE" with a newer one'


def test_old_network_data_that_was_fetched_is_mended_by_fetching(gatewatch: Gatewatch) -> None:
    old = b"192.0.2.0,192.0.2.255,IT\n"
    with publisher({"/t": whole(old, "Last-Modified: Tue, 29 Jan 2019 10:00:00 GMT")}) as server:
        Path("gatewatch.toml").write_text(f'[networks.old]\nurl = "{server.url("/t")}"\n')
        assert gatewatch("geo", "update")[0] == 0
    found = findings(gatewatch("doctor")[1])["network data"]
    assert (found["state"], found["mend"]) == ("note", '"gatewatch geo update old"')


def test_damaged_network_data_is_a_fault(gatewatch: Gatewatch) -> None:
    state = Path("gatewatch-lake/networks/CURRENT")
    state.mkdir(parents=True)
    (state / "asn.json").write_text("{")
    code, out, _ = gatewatch("doctor")
    assert code == 3
    assert "does not describe a table" in findings(out)["network data"]["what"]
