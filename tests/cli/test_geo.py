"""`gatewatch geo`, from the words typed to the words printed."""

import fcntl
import json
import shlex
import subprocess
from pathlib import Path

import pytest

from gatewatch.cli.commands import geo
from gatewatch.cli.main import build_parser, run
from gatewatch.model.errors import Exit

COUNTRY = "192.0.2.0,192.0.2.255,IT\n198.51.100.0,198.51.100.255,FR\n2001:db8::,2001:db8::f,DE\n"
ASN = "192.0.2.0,192.0.2.127,64500,Example \x1b[31mTelecom\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some tables in the folder where the user is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("GATEWATCH_LAKE", raising=False)
    Path("country-2026-11.csv").write_text(COUNTRY)
    Path("asn.csv").write_text(ASN)
    Path("damaged.csv").write_text(COUNTRY + "junk\n192.0.2.9,192.0.2.1,IT\n")
    Path("foreign").write_bytes(b"\x7fELF\x00\x1b[2J")
    Path("empty.csv").touch()
    return tmp_path


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    run(["geo", "list"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_without_tables_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["geo", "list"]) == Exit.NOTHING
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        'gatewatch-lake: no network data; "gatewatch geo import FILE" brings it, until then every '
        "country is unknown\n"
    )
    assert run(["geo", "lookup", "192.0.2.1"]) == Exit.DATA
    assert "no network data is imported" in capsys.readouterr().err
    assert not Path("gatewatch-lake").exists()


def test_imported_tables_are_told_listed_and_asked(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["geo", "import", "country-2026-11.csv", "asn.csv", "--licence", "our own"]
    assert run(words) == Exit.FOUND
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "geo import country-2026-11.csv: 2 IPv4 and 1 IPv6 ranges with country, called "
        '"country" (ip-location-csv)\n'
        "geo import asn.csv: 1 IPv4 and 0 IPv6 ranges with network, called "
        '"asn" (ip-location-csv)\n'
    )
    rows = listed(capsys)
    assert [(row["name"], row["tells"], row["ranges"], row["data_date"]) for row in rows] == [
        ("asn", "asn", 1, None),
        ("country", "country", 3, "2026-11"),
    ]
    assert {row["licence"] for row in rows} == {"our own"}
    assert run(["geo", "lookup", "192.0.2.1", "2001:db8::1", "203.0.113.1"]) == Exit.FOUND
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"ip": "192.0.2.1", "country": "IT", "country.name": "Italy", "asn": 64500,
         "as.name": "Example \x1b[31mTelecom"},
        {"ip": "2001:db8::1", "country": "DE", "country.name": "Germany", "asn": None,
         "as.name": None},
        {"ip": "203.0.113.1", "country": None, "country.name": None, "asn": None,
         "as.name": None},
    ]  # fmt: skip


def test_people_see_sources_and_what_is_unknown_and_no_terminal_is_harmed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["geo", "import", "country-2026-11.csv", "asn.csv"])
    capsys.readouterr()
    run(["geo", "lookup", "192.0.2.1", "203.0.113.1", "--format", "table"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "1 of 2 addresses are unknown to every table" in out
    assert "country (data of 2026-11, imported 20" in out


def test_when_all_is_unknown_nothing_was_found() -> None:
    run(["geo", "import", "country-2026-11.csv"])
    assert run(["geo", "lookup", "203.0.113.1"]) == Exit.NOTHING


def test_rejected_lines_are_told_and_make_the_import_partial(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["geo", "import", "damaged.csv"]) == Exit.PARTIAL
    assert capsys.readouterr().err.splitlines()[1:] == [
        'geo import damaged.csv: no licence is known; --licence "..." records one',
        "geo import damaged.csv: 2 of 5 lines rejected, first:",
        "  line 4: a line is first,last,country or first,last,AS number,name",
        "  line 5: the range ends before it begins",
    ]
    assert len(listed(capsys)) == 1


@pytest.mark.parametrize("bad", ["foreign", "empty.csv", "missing.csv", "."])
def test_a_bad_file_changes_nothing_not_even_what_was_good_beside_it(
    capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    run(["geo", "import", "country-2026-11.csv"])
    before = listed(capsys)
    assert run(["geo", "import", "asn.csv", bad, "country-2026-11.csv"]) == Exit.BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    assert listed(capsys) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["import"], "the following arguments are required: FILE"),
        (["import", "asn.csv", "./asn.csv"], './asn.csv: would be called "asn", like asn.csv'),
        (["import", "--name", "x", "asn.csv", "foreign"], "is one name for 2 files"),
        (["import", "--name", "../x", "asn.csv"], '"../x" cannot name a table: give small letters'),
        (["lookup", "192.0.2.1", "192.0.2.256"], '"192.0.2.256": not an IP address'),
        (["lookup", "\x1b[2J"], '"\\x1b[2J": not an IP address'),
        (["remove", "contry"], 'has no table "contry": did you mean "country"? "gatewatch geo'),
        (["remove", ".."], 'has no table ".."'),
        ([], "the following arguments are required: VERB"),
    ],
)
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    run(["geo", "import", "country-2026-11.csv"])
    capsys.readouterr()
    assert run(["geo", *words]) == Exit.BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_a_name_and_a_lake_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["geo", "import", "asn.csv", "--name", "ours", "--lake", "other"]) == Exit.FOUND
    assert run(["geo", "lookup", "192.0.2.1", "--lake", "other"]) == Exit.FOUND
    assert run(["geo", "remove", "ours", "--lake", "other"]) == Exit.FOUND
    assert listed(capsys) == []


def test_a_removed_table_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    run(["geo", "import", "country-2026-11.csv", "asn.csv"])
    assert run(["geo", "remove", "asn"]) == Exit.FOUND
    assert [row["name"] for row in listed(capsys)] == ["country"]


def test_a_second_writer_waits_outside(capsys: pytest.CaptureFixture[str]) -> None:
    run(["geo", "import", "country-2026-11.csv"])
    with Path("gatewatch-lake/networks/writer.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run(["geo", "import", "asn.csv"]) == Exit.DATA
        assert run(["geo", "remove", "country"]) == Exit.DATA
    assert "has been writing for" in capsys.readouterr().err
    assert [row["name"] for row in listed(capsys)] == ["country"]


def test_a_lake_that_cannot_be_made_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["geo", "import", "asn.csv", "--lake", "foreign/lake"]) == Exit.DATA
    assert "foreign/lake" in capsys.readouterr().err


def test_standard_input_is_a_file_too(
    capsys: pytest.CaptureFixture[str], program: list[str]
) -> None:
    done = subprocess.run(
        [*program, "geo", "import", "-"], input=COUNTRY, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert [row["name"] for row in listed(capsys)] == ["stdin"]


def test_the_examples_are_what_the_command_takes() -> None:
    for example in geo.EXAMPLES:
        words = shlex.split(example)[1:]
        build_parser(words).parse_args(words)
