import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]
Out = Callable[..., tuple[int, str, str]]


@pytest.fixture
def out(
    seen: Seen,
    make_lake: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Out:
    """Runs a command on a lake of two snapshots; gives exit code, stdout and stderr."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    make_lake([seen(f"192.0.2.{n}", at="2026-11-01T00:00:00Z") for n in (1, 2, 3)])
    make_lake([seen("192.0.2.1"), seen("192.0.2.2", "huawei"), seen("192.0.2.4", port=80)])

    def command(*argv: str) -> tuple[int, str, str]:
        code = run(argv)
        done = capsys.readouterr()
        return code, done.out, done.err

    return command


def told(text: str) -> list[tuple[object, ...]]:
    return [tuple(json.loads(line).values()) for line in text.splitlines()]


def test_a_query_is_explained_part_by_part(out: Out) -> None:
    code, text, _ = out("query", "explain", "product:gSOAP", "port:7547,80")
    rows = told(text)
    assert code == 0
    assert rows[0] == ("query", "(software:gSOAP or model:gSOAP) port:{7547, 80}", None)
    assert ("unit", "services", None) in rows
    assert [row for row in rows if row[0] in ("alone", "all")] == [
        ("alone", "software:gSOAP", 2),
        ("alone", "model:gSOAP", 0),
        ("alone", "port:7547", 2),
        ("alone", "port:80", 1),
        ("all", "(software:gSOAP or model:gSOAP) port:{7547, 80}", 2),
    ]


def test_a_query_is_explained_without_a_lake_as_well(out: Out, tmp_path: Path) -> None:
    code, text, _ = out("query", "explain", "country:Italy", "--lake", str(tmp_path / "none"))
    assert code == 0
    assert told(text)[0] == ("query", "country:IT", None)


@pytest.mark.parametrize(
    ("dialect", "query", "canonical"),
    [
        ("cenql", "host.services.port: 7547", "host(port:7547)\n"),
        ("censys-legacy", "port:80 port:443", "port:{80, 443}\n"),
        ("shodan", 'country:"IT,FR"', "country:{IT, FR}\n"),
    ],
)
def test_a_query_of_another_engine_is_converted(
    out: Out, dialect: str, query: str, canonical: str
) -> None:
    assert out("query", "convert", "--from", dialect, query)[:2] == (0, canonical)


def test_a_dialect_that_counts_hosts_counts_them(out: Out) -> None:
    assert out("count", "--dialect", "censys", "port:80", "or", "port:7547")[:2] == (0, "3\n")
    assert out("count", "--dialect", "censsys", "port:80")[0] == 2


def test_a_kept_query_tells_what_came_and_went(out: Out) -> None:
    assert out("query", "save", "soap", "software:gSOAP")[0] == 0
    assert told(out("query", "list")[1])[0][:2] == ("soap", "software:gSOAP")
    code, text, err = out("query", "run", "soap")
    assert code == 0
    assert told(text) == [
        ("added", "192.0.2.4", 80, "new"),
        ("removed", "192.0.2.2", 7547, "changed"),
        ("removed", "192.0.2.3", 7547, "not seen"),
    ]
    assert err.startswith("2 services, snapshot 2026-11-20")
    assert out("query", "delete", "soap")[0] == 0
    code, _, err = out("query", "run", "soap")
    assert code == 3
    assert 'no query is saved as "soap"' in err


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["save", "../x", "port:1"], '"../x" is no name'),
        (["save", "x", "at:2026"], '"snapshot:2026" chooses snapshots'),
        (["save", "x", "contry:IT"], 'unknown field "contry"'),
        (["delete", "x"], 'no query is saved as "x"'),
    ],
)
def test_what_cannot_be_kept_is_refused(out: Out, argv: list[str], complaint: str) -> None:
    code, _, err = out("query", *argv)
    assert code in (2, 3)
    assert complaint in err
    assert err.count("\n") == 1


def test_a_file_of_addresses_is_a_scope(out: Out, tmp_path: Path) -> None:
    networks = [f"10.{n >> 8}.{n & 255}.0/24\n" for n in range(5000)]
    (tmp_path / "list.txt").write_text("".join([*networks, "192.0.2.2\n192.0.2.4/31\n"]))
    assert out("count", f"ip:@{tmp_path / 'list.txt'}")[:2] == (0, "2\n")
    (tmp_path / "bad.txt").write_text("192.0.2.300\n")
    code, _, err = out("count", f"ip:@{tmp_path / 'bad.txt'}")
    assert code == 2
    assert "bad.txt:1" in err
    assert out("count", f"ip:@{tmp_path / 'none'}")[0] == 2


def test_errors_of_a_query_are_json_with_their_place(out: Out) -> None:
    code, _, err = out("count", "port:80 contry:IT", "--errors", "json")
    assert code == 2
    assert json.loads(err)["query"] == {
        "code": "bad-query",
        "message": 'unknown field "contry"',
        "start": 8,
        "end": 17,
        "suggestion": "did you mean country? (gatewatch fields lists all)",
    }


def test_values_of_a_field_are_listed(out: Out) -> None:
    assert ("IT", "Italy") in told(out("fields", "country")[1])
    assert ("bare-lf", None) in told(out("fields", "oddities")[1])
