"""`gatewatch geo update` against a publisher on loopback: newer tables, or the old ones kept."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pipeline.publisher import Answer, Server, endless, head, moved, publisher, whole

from gatewatch.cli.main import run
from gatewatch.model.errors import Exit
from gatewatch.pipeline import fetch
from gatewatch.pipeline.fetch import Patience

COUNTRY = b"192.0.2.0,192.0.2.255,IT\n198.51.100.0,198.51.100.255,FR\n2001:db8::,2001:db8::f,DE\n"
NEWER = COUNTRY.replace(b"IT", b"ES")
ASN = b"192.0.2.0,192.0.2.127,64500,Example Telecom\n"
DAY = "Last-Modified: Tue, 24 Nov 2026 10:00:00 GMT"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("GATEWATCH_LAKE", "GATEWATCH_NETWORKS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def answers() -> dict[str, Answer]:
    """What the publisher says, by path; a test changes it as time goes by."""
    return {
        "/country.csv": whole(COUNTRY, 'ETag: "1"', DAY),
        "/asn.csv": whole(ASN, DAY),
    }


@pytest.fixture
def server(answers: dict[str, Answer]) -> Iterator[Server]:
    with publisher(answers) as server:
        yield server


def configure(server: Server, *names: str, **more: str) -> None:
    words = "".join(f'{word} = "{value}"\n' for word, value in more.items())
    Path("gatewatch.toml").write_text(
        "".join(
            f'[networks.{name}]\nurl = "{server.url(f"/{name}.csv")}"\n{words}' for name in names
        )
    )


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, str], str]:
    """Exit code, state of each table, and what stderr says."""
    capsys.readouterr()
    code = run(["geo", "update", *words])
    out, err = capsys.readouterr()
    return code, {row["name"]: row["state"] for row in map(json.loads, out.splitlines())}, err


def country_of(capsys: pytest.CaptureFixture[str], address: str = "192.0.2.1") -> str:
    capsys.readouterr()
    run(["geo", "lookup", address])
    found: str = json.loads(capsys.readouterr().out)["country"]
    return found


def test_tables_are_fetched_dated_and_asked_in_the_order_of_the_settings(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, "country", "asn", licence="CC BY 4.0")
    assert told(capsys)[:2] == (Exit.FOUND, {"country": "updated", "asn": "updated"})
    run(["geo", "list"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["name"] for row in rows] == ["country", "asn"]
    assert {row["data_date"] for row in rows} == {"2026-11-24"}
    assert {row["licence"] for row in rows} == {"CC BY 4.0"}
    assert rows[0]["from"] == server.url("/country.csv")
    assert country_of(capsys) == "IT"


def test_what_has_not_changed_is_not_read_again(
    server: Server, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, "country", "asn")
    told(capsys)
    answers["/country.csv"] = head("304 Not Modified")
    # This server knows no conditions, and sends the same bytes.
    assert told(capsys)[:2] == (Exit.FOUND, {"country": "unchanged", "asn": "unchanged"})
    asked = next(one for one in server.asked[::-1] if "country" in one)
    assert 'If-None-Match: "1"' in asked
    assert "If-Modified-Since: Tue, 24 Nov 2026 10:00:00 GMT" in asked
    assert country_of(capsys) == "IT"


def test_a_newer_table_takes_the_place_of_the_old_one_and_not_of_your_own(
    server: Server, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, "country")
    told(capsys)
    Path("ours.csv").write_text("198.51.100.0,198.51.100.255,CH\n")
    run(["geo", "import", "ours.csv"])
    answers["/country.csv"] = whole(NEWER, 'ETag: "2"')
    assert told(capsys)[:2] == (Exit.FOUND, {"country": "updated"})
    assert country_of(capsys) == "ES"
    assert country_of(capsys, "198.51.100.1") == "CH"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (whole(NEWER)[:-1], "cannot be fetched, the transfer was cut: try again later"),
        (whole(b"<!doctype html><p>Sign in"), "cannot be fetched, it is a web page, no data"),
        (moved("/country.csv"), "cannot be fetched, it leads in circles"),
        (head("404 Gone", "Content-Length: 0"), "cannot be fetched, it is not there (404)"),
        (endless(b"x" * 65536, begin=head("200 OK")), "it is larger than 1,000,000 bytes"),
        (endless(b"x", 0.05, head("200 OK")), "it took longer than 1 s: try again later"),
        (whole(b"junk\x1b[2J\n" * 9), 'cannot be read, no network data begins with "junk\\x1b[2J'),
        (whole(b"\x1f\x8b\x08\x00junkjunkjunk"), "cannot be read, its gzip stream is damaged"),
        (whole(COUNTRY[:25]), "cannot be read, it shrank from 3 to 1 ranges"),
        (whole(b"network,country\n192.0.2.0/24,ES\n"), "it is csv, not ip-location-csv"),
    ],
)  # fmt: skip
def test_what_is_not_whole_and_right_is_one_line_and_the_old_table_stays(
    server: Server,
    answers: dict[str, Answer],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    said: str,
) -> None:
    configure(server, "country", format="ip-location-csv")
    told(capsys)
    limited = fetch.fetch
    monkeypatch.setattr(
        "gatewatch.pipeline.update.fetch",
        lambda *words, **more: limited(
            *words, **{**more, "limit": 10**6, "patience": Patience(whole_s=1.0)}
        ),
    )
    answers["/country.csv"] = answer
    code, states, err = told(capsys)
    assert code in (Exit.DATA, Exit.BAD_INPUT)
    assert states == {"country": "failed"}
    assert err.startswith(f"gatewatch: {server.url('/country.csv')}: ")
    assert said in err
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert country_of(capsys) == "IT"


def test_one_bad_table_does_not_keep_another_from_being_updated(
    server: Server, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, "missing", "country")
    code, states, err = told(capsys, "-q")
    assert (code, states) == (Exit.PARTIAL, {"missing": "failed", "country": "updated"})
    assert err.count("\n") == 1
    code, states, err = told(capsys, "missing", "--errors", "json")
    assert (code, states) == (Exit.DATA, {"missing": "failed"})
    assert json.loads(err)["error"] == "fetch-failed"


@pytest.mark.parametrize("right", [True, False])
def test_a_digest_in_the_settings_is_compared(
    server: Server, capsys: pytest.CaptureFixture[str], right: bool
) -> None:
    configure(server, "country", sha256=hashlib.sha256(COUNTRY if right else NEWER).hexdigest())
    code, states, err = told(capsys)
    if right:
        assert (code, states) == (Exit.FOUND, {"country": "updated"})
    else:
        assert (code, states) == (Exit.DATA, {"country": "failed"})
        assert "its checksum is wrong" in err


def test_a_publishers_list_of_checksums_is_asked_first(
    server: Server, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, "country", checksum=server.url("/sums"))
    line = f"{hashlib.sha256(COUNTRY).hexdigest()}  country.csv\n".encode()
    answers["/sums"] = whole(line)
    assert told(capsys)[1] == {"country": "updated"}
    del server.asked[:]
    assert told(capsys)[1] == {"country": "unchanged"}
    assert [one.split()[1] for one in server.asked] == ["/sums"]
    answers["/country.csv"] = whole(NEWER)
    answers["/sums"] = whole(line.replace(b"country", b"other") * 2)
    assert "it has no digest of country.csv" in told(capsys)[2]
    answers["/sums"] = whole(f"MD5 (country.csv) = {'0' * 32}".encode())
    assert "its checksum is wrong" in told(capsys)[2]
    answers["/sums"] = whole(f"MD5 (country.csv) = {hashlib.md5(NEWER).hexdigest()}".encode())
    assert told(capsys)[1] == {"country": "updated"}


def test_another_word_in_the_settings_fetches_anew(
    server: Server, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was learnt of one address says nothing of another."""
    configure(server, "country")
    told(capsys)
    del server.asked[:]
    configure(server, "country", licence="our own")
    assert told(capsys)[1] == {"country": "updated"}
    assert "If-None-Match" not in server.asked[0]


def test_rejected_lines_are_told_and_make_the_update_partial(
    server: Server, answers: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    answers["/country.csv"] = whole(COUNTRY + b"junk\n")
    configure(server, "country", licence="our own")
    code, states, err = told(capsys)
    assert (code, states) == (Exit.PARTIAL, {"country": "updated"})
    assert err.splitlines() == [
        "geo update country: 1 of 4 lines rejected, first:",
        "  line 4: a line is first,last,country or first,last,AS number,name",
    ]


def test_without_publishers_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = told(capsys)
    assert code == Exit.BAD_INPUT
    assert err == (
        "gatewatch: geo update: the settings name no publisher: write [networks.NAME] and url = "
        '"https://..." into gatewatch.toml\n'
    )


def test_a_name_that_the_settings_lack_is_told(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(server, "country")
    code, _, err = told(capsys, "contry")
    assert code == Exit.BAD_INPUT
    assert 'the settings name no "contry": did you mean "country"? there are country' in err
