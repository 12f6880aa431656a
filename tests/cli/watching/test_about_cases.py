"""What is done about the cases of the book: lists, letters and, with names opened, on record."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.watch.smtp import PASSWORD, USER, Box, mail_server

from gatewatch.cli.main import run
from gatewatch.model.address import parse_address
from gatewatch.model.errors import Exit
from gatewatch.model.moment import parse_moment
from gatewatch.watch.assets import Assets, parse_asset
from gatewatch.watch.cases import Cases, State
from gatewatch.watch.finding import Advice, Evidence, Finding, Severity
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.names import Names
from gatewatch.watch.pseudonyms import shown_as

SEEN = parse_moment("2026-11-20T10:00:00Z")
WATCH = Path("gatewatch-watch")


def finding(who: int | None, address: str, confidence: float = 0.95) -> Finding:
    evidence = Evidence(parse_address(address), 7547, SEEN, SEEN, confidence, "close")
    subject = f"response {who} {address}"
    return Finding(
        "exposed-router", subject, who, Severity.HIGH, confidence, Advice.STEP_UP,
        "behind gSOAP 2.7", (evidence,), 3, 7,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("GATEWATCH_WATCH", "GATEWATCH_ACCOUNTS", "GATEWATCH_LAKE"):
        monkeypatch.delenv(name, raising=False)
    found = [
        finding(1, "192.0.2.7"),
        finding(2, "2001:db8:1:2::3"),
        finding(3, "198.51.100.9"),
        finding(None, "203.0.113.1"),
    ]
    with Cases.open(WATCH) as cases:
        cases.record(found, SEEN)
    with Assets.open(WATCH) as assets:
        assets.add([parse_asset("egress", "198.51.100.0/28", "VPN")])
    with Names.open(WatchFolder(WATCH)) as names:
        names.note({1: "ann@example.com", 2: "bob", 3: "cleo@example.com"})
    with mail_server(tmp_path) as box:
        Path("accounts.toml").touch(mode=0o600)
        Path("accounts.toml").write_text(
            f'[smtp]\nfrom = "security@example.com"\nhost = "127.0.0.1"\nport = {box.port}\n'
            f'user = "{USER}"\npassword = "{PASSWORD}"\nca = "{box.ca}"\n'
            '[letters]\ncompany = "Example Ltd"\ncontact = "security@example.com"\n'
        )
        Path("gatewatch.toml").write_text('accounts = "accounts.toml"\n')
        yield box


def states() -> list[str]:
    with Cases.open(WATCH) as cases:
        return [str(one.state) for one in sorted(cases.all(), key=lambda one: one.id)]


def test_open_cases_are_asked_for_more_and_own_ways_out_are_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["watch", "act", "--target", "pan-os", "--yes"]) == Exit.PARTIAL
    assert Path("gatewatch-pan-os-step-up.txt").read_text() == "192.0.2.7\n2001:db8:1:2::/64\n"
    out, err = capsys.readouterr()
    assert "case 1  (behind gSOAP 2.7)" in out
    assert "left out: 198.51.100.9/32 is our own (egress VPN)" in err


def test_what_cases_are_written_as_can_be_acted_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "cases", "-o", "cases.ndjson"]) == Exit.FOUND
    run(["watch", "act", "--target", "pan-os", "--from", "cases.ndjson", "--yes"])
    assert "192.0.2.7\n" in Path("gatewatch-pan-os-step-up.txt").read_text()


def test_a_closed_case_is_not_acted_on(capsys: pytest.CaptureFixture[str]) -> None:
    with Cases.open(WATCH) as cases:
        for one in cases.all():
            cases.move(one.id, State.MENDED, SEEN, "test")
    assert run(["watch", "act", "--target", "pan-os"]) == Exit.BAD_INPUT
    assert "there is nobody on the list" in capsys.readouterr().err


def test_a_dry_run_of_letters_opens_no_name(box: Box, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "letters", "send"]) == Exit.FOUND
    out = capsys.readouterr().out
    assert out.count("case ") == 3
    assert "@" not in out
    capsys.readouterr()
    run(["watch", "audit"])
    assert "opened the name" not in capsys.readouterr().out


def test_letters_go_to_the_people_of_new_cases_who_are_then_told(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "letters", "send", "--yes"]) == Exit.PARTIAL
    assert "bob" not in capsys.readouterr().err
    assert sorted(one["To"] for one in box.mails) == ["ann@example.com", "cleo@example.com"]
    assert states() == ["told", "new", "told", "new"]
    run(["watch", "audit"])
    assert "opened the name of case 1" in capsys.readouterr().out
    with Path("accounts.toml").open("a") as out:
        out.write('domain = "example.com"\n')
    assert run(["watch", "letters", "send", "--yes"]) == Exit.FOUND
    assert box.mails[-1]["To"] == "bob@example.com"
    assert states() == ["told", "told", "told", "new"]


def test_new_cases_are_alerts_and_our_own_exposure_comes_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Path("accounts.toml").open("a") as out:
        out.write('[alert.siem]\nkind = "syslog-cef"\nhost = "127.0.0.1"\nport = 1\n')
    assert run(["watch", "alert", "run", "--dry-run"]) == Exit.FOUND
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in lines] == [f"case-{n}-1" for n in (1, 2, 3, 4)]
    assert "Exposure in our own network" in lines[3]


def test_the_log_of_alerts_holds_nothing_of_a_person() -> None:
    """So that forgetting somebody has nothing to look for there."""
    with Path("accounts.toml").open("a") as out:
        out.write('[alert.siem]\nkind = "syslog-cef"\nhost = "127.0.0.1"\nport = 1\n')
    run(["watch", "alert", "run"])
    person = shown_as(1).encode()
    assert all(person not in path.read_bytes() for path in WATCH.glob("deliveries.db*"))
