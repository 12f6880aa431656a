import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.address import parse_address
from gatewatch.model.fields import FIELDS
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Answer, Mark, Observation, Outcome, Place, Spoke
from gatewatch.model.snapshot import SnapshotInfo

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]
Out = Callable[..., str]

ITALY = Place("IT", 64496, "Example Telecom")
HOSTILE = (
    b"HTTP/1.1 200 OK\r\nServer: \x1b[2J\xe2\x80\xae evil\r\nDate: Fri, 20 Nov 2026 10:00:00 GMT"
    b"\r\n\r\n"
)


@pytest.fixture
def out(
    seen: Seen,
    make_lake: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Out:
    """Runs `gatewatch host` on a lake of three snapshots; gives stdout."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("time.time", lambda: 1_795_305_600.0)
    make_lake([seen("192.0.2.1", at="2026-11-01T00:00:00Z", place=ITALY)])
    make_lake([seen("192.0.2.2", at="2026-11-10T00:00:00Z")])
    hostile = Answer(
        Spoke.HTTP, Outcome.SUCCESS, HOSTILE, b"<p>\x00\r\nx\n" * 60, frozenset({Mark.REBUILT})
    )
    make_lake(
        [
            seen("192.0.2.1", "huawei", place=ITALY),
            seen("192.0.2.7", "huawei"),
            seen("192.0.2.8", "syn-ack"),
            Observation(
                parse_address("2001:db8::7"), 80, parse_moment("2026-11-20T00:00:00Z"), hostile
            ),
        ]
    )

    def host(*argv: str, code: int = 0) -> str:
        assert run(["host", *argv]) == code
        return capsys.readouterr().out

    return host


def test_the_page_says_what_it_is_why_and_what_it_said(
    out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    text = out("192.0.2.1", "--format", "table")
    assert text.startswith("192.0.2.1 port 7547  ")
    assert "snapshot 2026-11-20, 2 days old" in text.splitlines()[0]
    words = " ".join(text.split())
    assert "vendor Huawei 90.2 % HuaweiHomeGateway 70.0 % http_realm/huawei-home-gateway" in words
    assert "http_challenge/huawei-digest" in words
    assert "as.name      Example Telecom" in text
    assert 'nonce="<hex32>"' in text
    assert "Given in 2026-11-20 by 2 services:" in text
    assert "gatewatch search 'snapshot:2026-11-20 response:" in " ".join(text.split())


def test_history_tells_what_became_what_and_where_it_was_not_seen(out: Out) -> None:
    history = out("192.0.2.1", "--format", "table").partition("192.0.2.1 in 3 snapshots\n")[2]
    lines = " ".join(history.split())
    assert "2026-11-01 7547 2026-11-01T00:00:00Z" in lines
    assert "first seen 2026-11-10 7547 not seen 2026-11-20" in lines
    assert 'server "gSOAP/2.7" became nothing' in lines
    assert 'vendor nothing became "Huawei"' in lines


def test_hostile_bytes_are_shown_and_long_answers_cut(out: Out) -> None:
    text = out("2001:db8::7", "--format", "table")
    assert text.replace("\n", "").isprintable()
    assert r"Server: \x1b[2Jâ\x80® evil" in text
    assert "Date: <date>" in text
    assert "84 more lines: --raw shows all." in text
    assert "The source of this answer: rebuilt." in text


def test_raw_is_the_whole_answer_as_it_first_came(
    out: Out, capsys: pytest.CaptureFixture[str]
) -> None:
    text = out("2001:db8::7", "--raw")
    lines = text.splitlines()
    assert text.replace("\n", "").isprintable()
    assert lines[:3] == [
        "HTTP/1.1 200 OK",
        r"Server: \x1b[2Jâ\x80® evil",
        "Date: Fri, 20 Nov 2026 10:00:00 GMT",
    ]
    assert len(lines) == 124


def test_programs_get_every_sighting_with_every_field(out: Out) -> None:
    rows = [json.loads(line) for line in out("192.0.2.1", "2001:db8::7").splitlines()]
    assert [list(row) for row in rows] == [
        [name for name, entry in FIELDS.items() if not entry.extra]
    ] * 3
    assert [(row["ip"], row["snapshot"]) for row in rows] == [
        ("192.0.2.1", "2026-11-01"),
        ("192.0.2.1", "2026-11-20"),
        ("2001:db8::7", "2026-11-20"),
    ]


def test_a_service_that_said_nothing_has_a_page_too(out: Out) -> None:
    text = out("192.0.2.8", "--format", "table")
    assert "spoke  syn-ack" in text
    assert "Masked" not in text
    assert "Given in 2026-11-20 by 1 service:" in text


@pytest.mark.parametrize("way", [["--format", "table"], ["--raw"], ["--format", "ndjson"]])
def test_an_unknown_address_ends_with_one(
    out: Out, way: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["host", "203.0.113.9", *way]) == 1
    done = capsys.readouterr()
    assert done.out == ""
    assert "snapshot" in done.err


def test_one_known_address_of_several_is_enough(out: Out) -> None:
    assert "192.0.2.1 port 7547" in out("203.0.113.9", "192.0.2.1", "--format", "table")
    assert out("203.0.113.9", "192.0.2.1", "--raw")


def test_defanged_addresses_and_the_alias_work(
    out: Out, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["view", "192[.]0[.]2[.]7"]) == 0
    assert json.loads(capsys.readouterr().out)["ip"] == "192.0.2.7"


@pytest.mark.parametrize("word", ["192.0.2.0/24", "printer", "192.0.2.256"])
def test_what_is_no_address_is_one_line(
    out: Out, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["host", word]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f'gatewatch: host: "{word}": not an IP address: write one address')


def test_the_tables_that_located_an_address_are_named_with_date_and_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    Path("country-2026-11.csv").write_text("192.0.2.0,192.0.2.255,IT\n")
    Path("open.txt").write_text("192.0.2.1\n198.51.100.1\n")
    assert run(["geo", "import", "country-2026-11.csv", "--licence", "our own"]) == 0
    assert run(["import", "open.txt", "--port", "7547", "--time", "2026-11-24"]) == 0
    capsys.readouterr()
    run(["host", "192.0.2.1", "--format", "table"])
    assert "Located by country (data of 2026-11, imported 20" in capsys.readouterr().out
    run(["host", "198.51.100.1", "--format", "table"])
    assert "Located by" not in capsys.readouterr().out


def test_the_page_says_what_is_wrong_and_how_to_mend_it(
    out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    text = out("192.0.2.2", "--format", "table")
    words = " ".join(text.partition("What is wrong with 192.0.2.2")[2].split())
    assert "risk 39 of 100, medium, 1 port together" in words
    assert "low likely CVE-2017-9765 Devil's Ivy" in words
    assert "2 GB" in words
    assert "Nothing can be said of CVE-2020-13574" in words


def test_a_page_for_people_comes_in_french_and_data_do_not(out: Out) -> None:
    page = out("192.0.2.1", "--format", "table", "--lang", "fr")
    assert "Ce qu’il a dit sur le port 7547" in page
    assert "192.0.2.1 dans 3 instantanés" in page
    assert "non vu" in page
    assert "What it said" not in page
    rows = [out("192.0.2.1", "--format", "ndjson", "--lang", code) for code in ("fr", "en")]
    assert rows[0] == rows[1]
