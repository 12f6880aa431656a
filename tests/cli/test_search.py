import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.fields import FIELDS
from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]
Out = Callable[..., tuple[int, str, str]]

ITALY = Place("IT", 64496, "Example Telecom")


@pytest.fixture
def out(
    seen: Seen,
    make_lake: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Out:
    """Runs `gatewatch search` on a small lake; gives exit code, stdout and stderr."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("COLUMNS", raising=False)
    make_lake(
        [
            *(seen(f"192.0.2.{n}", place=ITALY) for n in range(1, 5)),
            seen("198.51.100.9", "rompager", at="2026-11-20T09:00:00Z"),
            seen("2001:db8::7", "huawei"),
        ]
    )

    def search(*argv: str) -> tuple[int, str, str]:
        code = run(["search", *argv])
        done = capsys.readouterr()
        return code, done.out, done.err

    return search


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_into_a_pipe_every_field_is_a_key(out: Out) -> None:
    code, text, _ = out("ip:2001:db8::7")
    [row] = rows(text)
    assert code == 0
    assert list(row) == [name for name, entry in FIELDS.items() if not entry.extra]
    assert (row["ip"], row["realm"], row["vendor"]) == (
        "2001:db8::7",
        "HuaweiHomeGateway",
        "Huawei",
    )
    assert row["scan_time"] == "2026-11-20T00:00:00Z"
    assert row["server"] is None


def test_words_of_a_query_need_no_quotes(out: Out) -> None:
    code, text, _ = out("server:*", "not", "country:IT", "--fields", "ip,server")
    assert code == 0
    assert rows(text) == [{"ip": "198.51.100.9", "server": "RomPager/4.07 UPnP/1.0"}]


def test_the_table_fits_a_terminal_of_80_columns(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, text, _ = out("ip:192.0.2.0/24", "--format", "table")
    header, *lines = text.splitlines()
    assert header.split() == ["ip", "port", "country", "server", "vendor", "model"]
    assert len(lines) == 4
    assert max(map(len, lines)) <= 80


def test_the_last_line_says_of_how_many(out: Out) -> None:
    _, text, err = out("--limit", "2", "--fields", "ip")
    assert [row["ip"] for row in rows(text)] == ["192.0.2.1", "192.0.2.2"]
    assert err.startswith("2 of 6 services shown, snapshot 2026-11-20, ")
    assert err.endswith(" for the next page, --limit 0 for all\n")


ORDERS = ("", "--descending", "--sort server", "--sort scan_time", "--sort port --descending")


@pytest.mark.parametrize("order", [one.split() for one in ORDERS], ids=ORDERS)
def test_pages_follow_each_other_and_make_the_whole(out: Out, order: list[str]) -> None:
    _, whole, _ = out(*order, "--fields", "ip,server")
    pages = ""
    cursor: list[str] = []
    for _ in range(3):
        _, text, err = out(*order, "--fields", "ip,server", "--limit", "2", *cursor)
        pages += text
        cursor = ["--after", err.split("--after ")[1].split()[0]]
    assert pages == whole
    code, text, err = out(*order, "--fields", "ip", "--limit", "2", *cursor)
    assert (code, text) == (1, "")
    assert "no more" in err
    code, _, err = out("port:7547", *order, *cursor)
    assert code == 2
    assert "this is no cursor of this query" in err


@pytest.mark.parametrize("limit", ["0", "6", "100"])
def test_all_are_shown_when_the_limit_allows(out: Out, limit: str) -> None:
    _, text, err = out("--limit", limit, "--fields", "ip")
    assert len(rows(text)) == 6
    assert err.startswith("6 services, snapshot 2026-11-20, ")


def test_order_is_by_address_or_as_asked(out: Out) -> None:
    _, text, _ = out("--fields", "ip", "--limit", "9")
    assert [row["ip"] for row in rows(text)][-2:] == ["198.51.100.9", "2001:db8::7"]
    _, text, _ = out("--fields", "ip", "--sort", "scan_time", "--descending", "--limit", "1")
    assert rows(text) == [{"ip": "198.51.100.9"}]
    _, text, _ = out("--fields", "ip", "--descending", "--limit", "1")
    assert rows(text) == [{"ip": "2001:db8::7"}]


def test_csv_and_a_file_by_its_ending(out: Out, tmp_path: Path) -> None:
    code, text, _ = out("country:IT", "--fields", "ip, port, ip", "-o", str(tmp_path / "it.csv"))
    assert (code, text) == (0, "")
    lines = (tmp_path / "it.csv").read_text().splitlines()
    assert lines[:2] == ["ip,port", "192.0.2.1,7547"]
    assert len(lines) == 5


def test_nothing_found_ends_with_one_and_says_why(out: Out) -> None:
    code, text, err = out("country:IT", "status:404")
    assert (code, text) == (1, "")
    assert err.splitlines() == [
        "country:IT alone: 4 services",
        "status:404 alone: 1 service",
        "nothing found; snapshot 2026-11-20 holds 6 services",
    ]


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["contry:IT"], 'gatewatch: query:1: unknown field "contry"; did you mean country?'),
        (["port:1", "or"], 'gatewatch: query:8: "or" needs a term after it'),
        (
            ["--fields", "ip,sever"],
            'gatewatch: search --fields: there is no field "sever": did you',
        ),
        (["--sort", "x"], 'gatewatch: search --sort: there is no field "x"'),
        (["--limit", "-1"], "gatewatch search: argument --limit"),
        (["--limit", "many"], "gatewatch search: argument --limit: 'many' is not a number of rows"),
        (["snapshot:2019"], "gatewatch: query:1: no snapshot is called or known so"),
    ],
)
def test_a_mistake_is_one_line_and_ends_with_two(out: Out, argv: list[str], complaint: str) -> None:
    code, text, err = out(*argv)
    assert (code, text) == (2, "")
    assert err.startswith(complaint)
    assert err.count("\n") == 1


def test_host_bits_are_noted(out: Out) -> None:
    code, _, err = out("192.0.2.1/24")
    assert code == 0
    assert err.splitlines()[0] == "host bits set; 192.0.2.0/24 used"


def test_without_a_lake_it_says_how_to_make_one(out: Out, tmp_path: Path) -> None:
    code, _, err = out("--lake", str(tmp_path / "none"))
    assert code == 3
    assert "gatewatch import FILE" in err


def test_a_query_that_is_no_text_is_refused(out: Out) -> None:
    code, _, err = out("server:\udcff")
    assert code == 2
    assert "query:8: this is no text" in err
