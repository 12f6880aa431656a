"""`gatewatch export` end to end: what is written, where, and when nothing is."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.formats.export import ServiceExporter, exporters, misp, stix
from gatewatch.formats.limits import Limit
from gatewatch.model.observation import Observation, Place
from gatewatch.model.snapshot import SnapshotInfo

Seen = Callable[..., Observation]
Make = Callable[..., SnapshotInfo]
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
    """Runs gatewatch on a small lake, in an empty folder."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("COLUMNS", raising=False)
    make_lake(
        [
            *(seen(f"192.0.2.{n}", place=ITALY) for n in range(1, 5)),
            seen("198.51.100.9", "rompager", at="2026-11-20T09:00:00Z"),
            seen("198.51.100.9", "huawei", port=30005),
            seen("2001:db8::7", "huawei"),
            seen("2001:db8::8000:0:0:1", "huawei"),
        ]
    )
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    capsys.readouterr()

    def gatewatch(*argv: str) -> tuple[int, str, str]:
        code = run(argv)
        done = capsys.readouterr()
        return code, done.out, done.err

    return gatewatch


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_addresses_are_sorted_and_unique(out: Out) -> None:
    code, text, err = out("export", "--as", "addresses")
    assert code == 0
    assert text.splitlines() == [
        *(f"192.0.2.{n}" for n in range(1, 5)), "198.51.100.9",
        "2001:db8::7", "2001:db8::8000:0:0:1",
    ]  # fmt: skip
    assert err == "standard output: 7 entries\n"


def test_networks_by_the_ending_of_the_file(out: Out) -> None:
    code, text, _ = out("export", "ip:192.0.2.0/24", "-o", "it.cidrs")
    assert (code, text) == (0, "")
    assert Path("it.cidrs").read_bytes() == b"192.0.2.1/32\n192.0.2.2/31\n192.0.2.4/32\n"


def test_a_report_of_shadowserver_comes_back_as_it_was(out: Out, tmp_path: Path) -> None:
    fields = ("--fields", "ip,port,scan_time,server,realm,status,country,asn,auth.scheme")
    _, before, _ = out("search", "--sort", "ip", "--limit", "0", *fields)
    assert out("export", "-o", "2026-11-20-scan_cwmp-test.csv")[0] == 0
    assert out("import", "--lake", "again", "2026-11-20-scan_cwmp-test.csv")[0] == 0
    _, after, _ = out("search", "--lake", "again", "--sort", "ip", "--limit", "0", *fields)
    assert [json.loads(line) for line in after.splitlines()] == [
        json.loads(line) for line in before.splitlines()
    ]


def test_of_two_snapshots_the_last_sighting_counts(out: Out, seen: Seen, make_lake: Make) -> None:
    make_lake([seen("192.0.2.1", "rompager", at="2026-11-22T00:00:00Z")])
    _, text, _ = out("export", "snapshot:*", "--as", "shadowserver")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["ip"] == "192.0.2.1"]
    assert [(row["timestamp"], row["server"]) for row in rows] == [
        ("2026-11-22 00:00:00", "RomPager/4.07 UPnP/1.0")
    ]


@pytest.mark.parametrize("name", exporters())
def test_nothing_found_is_said_and_nothing_written(out: Out, name: str) -> None:
    Path("kept").write_text("yesterday\n")
    code, text, err = out("export", "port:1", "--as", name, "-o", "kept")
    assert (code, text) == (1, "")
    assert err.splitlines()[-1] == "nothing is written"
    assert Path("kept").read_text() == "yesterday\n"
    assert files() == ["kept"]


@pytest.mark.parametrize("name", exporters())
def test_a_file_holds_what_standard_output_holds(out: Out, name: str) -> None:
    assert out("export", "--as", name, "-o", "file")[0] == 0
    assert out("export", "--format", name)[1] == Path("file").read_text("utf-8")
    assert files() == ["file"]


@pytest.mark.parametrize("name", exporters())
def test_a_failure_leaves_the_file_as_it_was(
    out: Out, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("kept").write_text("yesterday\n")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    exporter = exporters()[name]
    wrong = "write" if isinstance(exporter, ServiceExporter) else "entries"
    monkeypatch.setattr(exporter, wrong, broken)
    assert out("export", "--as", name, "-o", "kept")[0] == 130
    assert Path("kept").read_text() == "yesterday\n"
    assert files() == ["kept"]


def test_an_event_that_is_full_is_followed_by_another(
    out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(misp, "LIMIT", Limit(3, "that is much"))
    code, _, err = out("export", "-o", "it.misp.json")
    assert code == 0
    assert err.splitlines() == [
        "it-1.misp.json: 3 services", "it-2.misp.json: 3 services", "it-3.misp.json: 2 services",
    ]  # fmt: skip
    events = [json.loads(Path(name).read_text())["Event"] for name in files()]
    told = [one for event in events for one in event["Object"] if one["name"] == "ip-port"]
    assert len(told) == 8
    assert len({event["uuid"] for event in events}) == 3


def test_standard_output_is_never_split(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misp, "LIMIT", Limit(3, "that is much"))
    code, text, err = out("export", "--as", "misp")
    assert (code, text) == (2, "")
    assert "since that is much: add -o FILE" in err


def test_a_bundle_that_is_too_large_is_refused(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stix, "LIMIT", Limit(3, "that is much", total=3))
    code, text, err = out("export", "-o", "all.stix.json")
    assert (code, text) == (2, "")
    assert err.startswith("gatewatch: stix: the query finds more than 3, and that is much: narrow")
    assert files() == []


def test_a_system_with_families_apart_gets_them_apart(out: Out) -> None:
    code, _, err = out("export", "--for", "aws-waf", "-o", "office.cidrs")
    assert code == 0
    assert err.splitlines() == ["office-1.cidrs: 4 entries", "office-2.cidrs: 2 entries"]
    assert "2001:db8::7/128" in Path("office-2.cidrs").read_text().splitlines()


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        ([], "gatewatch: export: no format is given: add --as with one of addresses, cidrs,"),
        (["--as", "stic"], 'gatewatch export: argument --as/--format: no format "stic"; did you'),
        (["--for", "otka"], 'gatewatch export: argument --for: no system "otka"; did you mean'),
        (["--as", "misp", "--for", "okta"], "gatewatch: export --for: okta reads lists, and misp"),
        (["contry:IT", "--as", "misp"], "gatewatch: query:1: "),
    ],
)
def test_a_mistake_is_one_line_and_ends_with_two(
    out: Out, argv: Sequence[str], complaint: str
) -> None:
    code, text, err = out("export", *argv)
    assert (code, text) == (2, "")
    assert err.startswith(complaint)
    assert err.count("\n") == 1
    assert files() == []
