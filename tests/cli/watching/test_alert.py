"""`gatewatch watch alert`: channels, a test, and a run that tells each thing once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.watch.service import Said, Service, service

from gatewatch.cli.main import run
from gatewatch.model.errors import Exit

ALERT = {"key": "k-1", "severity": "high", "title": "New\x1b[2J door", "at": "2026-11-24"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("GATEWATCH_WATCH", "GATEWATCH_ACCOUNTS"):
        monkeypatch.delenv(name, raising=False)
    Path("gatewatch.toml").write_text('accounts = "accounts.toml"\n')
    Path("alerts.ndjson").write_text(f"{json.dumps(ALERT)}\n")
    Path("accounts.toml").touch(mode=0o600)
    with service(lambda _: Said(204)) as place:
        Path("accounts.toml").write_text(
            f'[alert.team]\nkind = "webhook"\nurl = "{place.url}/in"\nprivate = true\n'
            'secret = "0123456789abcdef"\n'
        )
        yield place


RUN = ["watch", "alert", "run", "--from", "alerts.ndjson"]


def test_a_run_tells_each_alert_once(place: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*RUN, "--dry-run"]) == Exit.FOUND
    assert capsys.readouterr().out == "team  k-1  New\\x1b[2J door\n"
    assert place.asked == []
    assert run(RUN) == Exit.FOUND
    assert run(RUN) == Exit.NOTHING
    (asked,) = place.asked
    assert asked.body["title"] == "gatewatch: New\\x1b[2J door"


def test_a_channel_that_is_away_does_not_keep_another(
    place: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("accounts.toml").open("a") as out:
        out.write('[alert.siem]\nkind = "syslog-cef"\nhost = "127.0.0.1"\nport = 1\n')
    assert run(RUN) == Exit.PARTIAL
    assert "alert.siem (127.0.0.1:1): it cannot be reached" in capsys.readouterr().err
    assert len(place.asked) == 1


def test_a_test_goes_to_the_channel_named(
    place: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "alert", "test", "team"]) == Exit.FOUND
    assert place.asked[0].body["alerts"][0]["kind"] == "test"
    assert run(["watch", "alert", "test", "nobody"]) == Exit.BAD_INPUT
    assert 'no channel is called "nobody"' in capsys.readouterr().err


def test_channels_are_listed_without_their_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "alert", "channels"]) == Exit.FOUND
    out = capsys.readouterr().out
    assert json.loads(out)["kind"] == "webhook"
    assert "0123456789abcdef" not in out
    Path("accounts.toml").write_text("")
    assert run(["watch", "alert", "channels"]) == Exit.NOTHING
