"""`gatewatch watch act` and `actions`: shown first, then done, ended and taken back."""

import json
from pathlib import Path

import pytest
from tests.watch.service import Said, service
from tests.watch.targets.lists import SECRET
from tests.watch.targets.test_okta import Okta

from gatewatch.cli.main import run
from gatewatch.cli.watching._acting import now
from gatewatch.model.errors import Exit

CASES = (
    {"ip": "192.0.2.7", "case": "c-1", "confidence": "high", "reason": "gSOAP 2.7 | \x1b[2J"},
    {"ip": "203.0.113.5", "case": "c-2", "confidence": "high"},
    {"ip": "198.51.100.9", "case": "c-3", "shared": "mobile"},
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("GATEWATCH_WATCH", "GATEWATCH_ACCOUNTS"):
        monkeypatch.delenv(name, raising=False)
    Path("cases.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in CASES))
    Path("ours.txt").write_text("203.0.113.0/28 egress of the VPN\n")
    Path("gatewatch.toml").write_text('accounts = "accounts.toml"\n')
    Path("accounts.toml").touch(mode=0o600)
    return tmp_path


ACT = ["watch", "act", "--from", "cases.ndjson", "--own", "ours.txt", "--target"]


def test_a_dry_run_shows_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ACT, "fortigate"]) == Exit.PARTIAL
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith("+ 192.0.2.7/32  until 20")
    assert out.splitlines()[0].endswith("case c-1  (gSOAP 2.7 | \\x1b[2J)")
    assert "1. write gatewatch-fortigate-step-up.txt: 1 new, 1 in all" in out
    assert "left out: 203.0.113.5/32 is our own (egress of the VPN)" in err
    assert "left out: 198.51.100.9/32 is shared with strangers (mobile)" in err
    assert "nothing was done; --yes does it" in err
    assert not Path("gatewatch-fortigate-step-up.txt").exists()
    assert not Path("gatewatch-watch").exists()


def test_what_was_done_is_listed_and_undone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ACT, "fortigate", "--yes"]) == Exit.PARTIAL
    assert "done; when it is loaded: a policy with this feed" in capsys.readouterr().err
    assert Path("gatewatch-fortigate-step-up.txt").read_text() == "192.0.2.7\n"
    capsys.readouterr()
    assert run(["watch", "actions", "list"]) == Exit.FOUND
    row = json.loads(capsys.readouterr().out)
    assert (row["state"], row["target"], row["put"]) == ("done", "fortigate", 1)
    assert run(["watch", "actions", "undo", row["id"]]) == Exit.FOUND
    assert Path("gatewatch-fortigate-step-up.txt").read_text() == "192.0.2.7\n"
    assert run(["watch", "actions", "undo", row["id"], "--yes"]) == Exit.FOUND
    assert Path("gatewatch-fortigate-step-up.txt").read_text() == ""
    assert run(["watch", "actions", "undo", row["id"], "--yes"]) == Exit.NOTHING


def test_acting_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run([*ACT, "pan-os", "--yes", "--until", "2w"])
    (record,) = Path("gatewatch-watch/actions").glob("*.json")
    end = json.loads(record.read_text())["put"][0]["until"]
    assert run([*ACT, "pan-os", "--yes", "--until", end]) == Exit.NOTHING
    assert "nothing would change" in capsys.readouterr().err


def test_what_is_over_ends_on_every_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for target in ("pan-os", "cisco-asa"):
        run([*ACT, target, "--yes", "--until", "1h"])
    assert run(["watch", "actions", "expire", "--yes"]) == Exit.NOTHING
    later = now() + 2 * 3_600_000_000
    monkeypatch.setattr("gatewatch.cli.watching.actions.now", lambda: later)
    assert run(["watch", "actions", "expire"]) == Exit.FOUND
    assert Path("gatewatch-pan-os-step-up.txt").read_text() == "192.0.2.7\n"
    assert run(["watch", "actions", "expire", "--yes"]) == Exit.FOUND
    assert Path("gatewatch-pan-os-step-up.txt").read_text() == ""
    assert (
        " no network-object host 192.0.2.7" in Path("gatewatch-cisco-asa-step-up.cfg").read_text()
    )


def test_one_target_that_is_away_does_not_keep_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    okta = Okta()
    with service(okta.answer) as place:
        okta.url = place.url
        Path("accounts.toml").write_text(f'[okta]\nurl = "{place.url}"\ntoken = "{SECRET}"\n')
        run([*ACT, "okta", "--yes", "--until", "1h"])
        run([*ACT, "pan-os", "--yes", "--until", "1h"])
        later = now() + 2 * 3_600_000_000
        monkeypatch.setattr("gatewatch.cli.watching.actions.now", lambda: later)
        monkeypatch.setenv("GATEWATCH_OKTA_TOKEN", "expired")
        capsys.readouterr()
        assert run(["watch", "actions", "expire", "--yes"]) == Exit.PARTIAL
    err = capsys.readouterr().err
    assert "answers 401, Invalid token provided" in err
    assert Path("gatewatch-pan-os-step-up.txt").read_text() == ""


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["--target", "oktta"], 2, 'no target "oktta"; did you mean "okta"? there are aws-waf'),
        (["--target", "okta"], 2, "okta lacks url (address of the organisation"),
        (["--target", "pan-os", "--until", "9999d"], 2, "is no time of at most a year"),
        (["--target", "pan-os", "--until", "1999-01-01"], 2, "is no time of at most a year"),
        (["--target", "pan-os", "--from", "missing"], 2, "missing: cannot be read, No such file"),
        (["--target", "pan-os", "--own", "cases.ndjson"], 2, "cases.ndjson:1: cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_done(
    capsys: pytest.CaptureFixture[str], argv: list[str], code: int, said: str
) -> None:
    assert run(["watch", "act", "--from", "cases.ndjson", *argv]) == code
    err = capsys.readouterr().err.splitlines()[-1]
    assert said in err
    assert err.isprintable()
    assert not Path("gatewatch-watch").exists()


def test_readable_keys_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("accounts.toml").chmod(0o644)
    assert run([*ACT, "okta"]) == Exit.BAD_INPUT
    assert "holds keys, and others may read it: chmod 600" in capsys.readouterr().err


def test_an_account_that_leads_elsewhere_undoes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run([*ACT, "pan-os", "--yes"])
    (record,) = Path("gatewatch-watch/actions").glob("*.json")
    Path("accounts.toml").write_text('[pan-os]\nfolder = "elsewhere"\n')
    assert run(["watch", "actions", "undo", record.stem, "--yes"]) == Exit.BAD_INPUT
    assert "the account leads to elsewhere/gatewatch-pan-os-step-up.txt" in capsys.readouterr().err


def test_targets_tell_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "actions", "targets"]) == Exit.FOUND
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 20
    assert {row["ends_by"] for row in rows if row["target"] in ("nftables", "ipset")} == {"itself"}


def test_an_answer_that_makes_no_sense_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with service(lambda _: Said(200, b"<html>")) as place:
        Path("accounts.toml").write_text(f'[okta]\nurl = "{place.url}"\ntoken = "x"\n')
        assert run([*ACT, "okta"]) == Exit.DATA
    assert "its answer is not as it is documented" in capsys.readouterr().err
