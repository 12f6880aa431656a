"""`gatewatch watch letters` and `report-abuse`: looked at first, kept as files, sent once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.watch.smtp import PASSWORD, USER, Box, mail_server

from gatewatch.cli.main import run
from gatewatch.model.errors import Exit

PEOPLE = (
    {"to": "ann@example.com", "ip": "192.0.2.7", "seen_at": "2026-11-24", "vendor": "AVM"},
    {"to": "bob@example.com", "ip": "192.0.2.8", "seen_at": "2026-11-24", "language": "fr"},
    {"to": "Ann@example.com", "ip": "192.0.2.9", "seen_at": "2026-11-20"},
)
SERVICES = (
    {"ip": "192.0.2.7", "port": 7547, "seen_at": "2026-11-24", "server": "x\x1b[2J\r\nBcc: a@b"},
    {"ip": "192.0.2.8", "port": 7547, "seen_at": "2026-11-24"},
)


@pytest.fixture(autouse=True)
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("GATEWATCH_WATCH", "GATEWATCH_ACCOUNTS"):
        monkeypatch.delenv(name, raising=False)
    Path("people.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in PEOPLE))
    Path("services.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in SERVICES))
    Path("gatewatch.toml").write_text('accounts = "accounts.toml"\n')
    with mail_server(tmp_path) as box:
        Path("accounts.toml").touch(mode=0o600)
        Path("accounts.toml").write_text(
            f'[smtp]\nfrom = "security@example.com"\nhost = "127.0.0.1"\nport = {box.port}\n'
            f'user = "{USER}"\npassword = "{PASSWORD}"\nca = "{box.ca}"\n'
            '[letters]\ncompany = "Example Ltd"\ncontact = "security@example.com"\n'
            '[abuse]\norg = "Example CERT"\ncontact = "cert@example.org"\n'
        )
        yield box


SEND = ["watch", "letters", "send", "--from", "people.ndjson"]
REPORT = ["watch", "report-abuse", "--from", "services.ndjson", "--contact", "abuse@p.example"]


def test_a_dry_run_names_addressee_and_subject_and_sends_nothing(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(SEND) == Exit.FOUND
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "ann@example.com  Your router at home needs an update",
        "bob@example.com  Votre box à la maison a besoin d'une mise à jour",
    ]
    assert "nothing was sent" in err
    assert box.mails == []


def test_letters_are_sent_once_in_each_ones_language(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*SEND, "--yes"]) == Exit.FOUND
    assert run([*SEND, "--yes"]) == Exit.NOTHING
    assert [one["To"] for one in box.mails] == ["ann@example.com", "bob@example.com"]
    body = box.mails[1].get_body(("plain",))
    assert body is not None
    assert "Débranchez la box" in body.get_content()
    assert run([*SEND, "--yes", "--again"]) == Exit.FOUND
    assert len(box.mails) == 4


def test_letters_are_kept_as_files_and_may_be_sent_later(box: Box) -> None:
    assert run([*SEND, "--eml", "letters"]) == Exit.FOUND
    assert len(list(Path("letters").glob("*.eml"))) == 2
    assert run([*SEND, "--yes"]) == Exit.FOUND
    assert len(box.mails) == 2


def test_a_preview_shows_a_letter_in_either_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "letters", "preview", "--vendor", "AVM", "--lang", "fr"]) == Exit.FOUND
    assert "Ouvrez http://fritz.box" in capsys.readouterr().out
    assert run(["watch", "letters", "preview", "--html", "--from", "people.ndjson"]) == Exit.FOUND
    assert capsys.readouterr().out.count("<!doctype html>") == 2


@pytest.mark.parametrize(
    "line",
    ["{}", "[]", "x", '{"to": "a@b\\nBcc: c@d", "ip": "192.0.2.7", "seen_at": "2026-11-24"}'],
)
def test_a_wrong_line_is_named_and_nobody_is_written_to(
    box: Box, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    with Path("people.ndjson").open("a") as out:
        out.write(f"{line}\n")
    assert run([*SEND, "--yes"]) == Exit.BAD_INPUT
    assert "people.ndjson:4: cannot be read" in capsys.readouterr().err
    assert box.mails == []


def test_a_provider_is_told_once_a_day(box: Box, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(REPORT) == Exit.FOUND
    assert "abuse@p.example  abuse report about 2 addresses - 2026-11-24" in capsys.readouterr().out
    assert run([*REPORT, "--yes"]) == Exit.FOUND
    assert run([*REPORT, "--yes"]) == Exit.NOTHING
    (mail,) = box.mails
    assert mail["From"] == "cert@example.org"
    assert "Bcc" not in mail
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == ["xarf-001.json", "xarf-002.json"]


def test_a_report_without_a_contact_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(REPORT[:4]) == Exit.BAD_INPUT
    assert "it names no contact" in capsys.readouterr().err
    assert run([*REPORT[:4], "--contact", "nobody"]) == Exit.BAD_INPUT
    assert "not a mail address" in capsys.readouterr().err
