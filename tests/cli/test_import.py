"""`gatewatch import`: good files become a snapshot, bad ones one clear line and nothing else."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.store.lake import Lake
from gatewatch.store.lock import writer_lock

Capture = pytest.CaptureFixture[str]
Import = Callable[..., int]

GOOD = (
    '{"ip":"198.51.100.7","data":{"http":{"status":"success","protocol":"http","port":7547,'
    '"result":{"response":{"status_line":"401 Unauthorized","status_code":401,"protocol":'
    '"HTTP/1.1","headers":{"server":["gSOAP/2.7"]}}},"timestamp":"2026-11-20T03:14:07Z"}}}\n'
)
REFUSED = (
    '{"ip":"198.51.100.8","data":{"http":{"status":"connection-refused","protocol":"http",'
    '"port":7547,"timestamp":"2026-11-20T03:14:08Z","error":"dial tcp"}}}\n'
)


@pytest.fixture
def importing(tmp_path: Path) -> Import:
    """Runs the import of files into the lake `tmp_path / "lake"`."""

    def importing(*words: object) -> int:
        return run(["import", "--lake", str(tmp_path / "lake"), *map(str, words)])

    return importing


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A file with one service and one refusal."""
    path = tmp_path / "scan.jsonl"
    path.write_text(GOOD + REFUSED)
    return path


def test_a_scan_file_becomes_a_snapshot(
    importing: Import, scan: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert importing(scan) == 0
    out = capsys.readouterr()
    assert out.out == ""
    assert "1 service on 1 host, 1 distinct answer; snapshot 2026-11-20" in out.err
    assert "counted, but no services: 1 connection-refused" in out.err
    [info] = Lake.open(tmp_path / "lake").snapshots
    assert (info.tool, info.inputs) == ("zgrab2", (str(scan),))


def test_files_together_are_one_snapshot_and_each_is_its_own(
    importing: Import, scan: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(GOOD.replace("100.7", "100.9"))
    assert importing(scan, other) == 0
    assert importing("--each", scan, other) == 0
    found = [(one.id, one.services) for one in Lake.open(tmp_path / "lake").snapshots]
    assert found == [("2026-11-20", 2), ("2026-11-20-2", 1), ("2026-11-20-3", 1)]


def test_rejected_lines_are_counted_and_kept_beside_the_file(
    importing: Import, scan: Path, tmp_path: Path, capsys: Capture
) -> None:
    scan.write_text(GOOD + '{"ip":"300.1.1.1","data":{}}\n' + GOOD.replace("100.7", "100.9"))
    assert importing(scan) == 4
    assert "1 of 3 records rejected (first: line 2, " in capsys.readouterr().err
    [kept] = map(json.loads, (tmp_path / "scan.rejected.jsonl").read_text().splitlines())
    assert kept["where"] == "line 2"
    assert kept["raw"] == '{"ip":"300.1.1.1","data":{}}'
    [info] = Lake.open(tmp_path / "lake").snapshots
    assert (info.services, info.rejected, info.partial) == (2, 1, True)


def test_standard_input_is_read_and_its_rejects_stay_in_the_lake(
    tmp_path: Path, program: list[str]
) -> None:
    done = subprocess.run(
        [*program, "import", "--lake", str(tmp_path / "lake"), "-"],
        input=GOOD + '{"ip":1,"data":{"http":{"status":"success","protocol":"http"}}}\n',
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4, done.stderr
    assert f"kept in {tmp_path / 'lake' / 'rejected'}" in done.stderr


def test_a_format_without_port_asks_for_it_in_one_line(
    importing: Import, tmp_path: Path, capsys: Capture
) -> None:
    listing = tmp_path / "open.txt"
    listing.write_text("198.51.100.7\n198.51.100.8\n")
    assert importing(listing) == 2
    assert capsys.readouterr().err == (
        f"gatewatch: {listing}: address-list records do not name the port: "
        "add --port 7547 (or the port scanned)\n"
    )
    assert importing("--port", 7547, listing) == 2
    assert "add --time" in capsys.readouterr().err
    assert importing("--port", 7547, "--time", "2019-01-29", listing) == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\x7fELF\x02\x01\x01\x00\x1b[31m", 'no known format begins with "\\x7fELF'),
        (b"Dear sir,\nplease scan less.\n", 'no known format begins with "Dear sir,'),
        (b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00", "tshark"),
        (b'{"ip":"x","data":{"http":{"status":"success","protocol":"http"}}}\n', "were rejected"),
    ],
)
def test_a_foreign_file_is_one_line_and_leaves_the_lake_unchanged(
    importing: Import, scan: Path, tmp_path: Path, capsys: Capture, content: bytes, says: str
) -> None:
    assert importing(scan) == 0
    before = (tmp_path / "lake" / "manifest.json").read_bytes()
    bad = tmp_path / "bad"
    bad.write_bytes(content)
    capsys.readouterr()
    assert importing(bad) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert err.startswith("gatewatch: ")
    assert says in err
    assert "\x1b" not in err
    assert (tmp_path / "lake" / "manifest.json").read_bytes() == before


def test_one_bad_file_among_good_ones_stores_nothing(
    importing: Import, scan: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad").write_bytes(b"\x00" * 100)
    assert importing(scan, tmp_path / "bad") == 2
    assert not (tmp_path / "lake" / "manifest.json").exists()


def test_a_folder_and_a_missing_file_are_named(
    importing: Import, tmp_path: Path, capsys: Capture
) -> None:
    assert importing(tmp_path) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert importing(tmp_path / "none.jsonl") == 2
    assert "none.jsonl: cannot be read" in capsys.readouterr().err


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything, so it becomes nobody for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permission_is_named(
    importing: Import, scan: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    assert importing(scan) == 0  # also loads every module while they can be read
    capsys.readouterr()
    scan.chmod(0)
    with without_privileges():
        assert importing(scan) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"gatewatch: {scan}: cannot be read, ")
    assert err.count("\n") == 1


def test_a_second_writer_is_refused(
    importing: Import, scan: Path, tmp_path: Path, capsys: Capture
) -> None:
    with writer_lock(tmp_path / "lake"):
        assert importing(scan) == 3
    assert "has been writing for" in capsys.readouterr().err
    assert importing(scan) == 0


def test_a_file_of_failures_only_is_kept_as_coverage(
    importing: Import, scan: Path, tmp_path: Path
) -> None:
    scan.write_text(REFUSED * 3)
    assert importing(scan) == 0
    [info] = Lake.open(tmp_path / "lake").snapshots
    assert (info.services, info.unanswered) == (0, {"connection-refused": 3})
    assert run(["report", "--by", "server", "--lake", str(tmp_path / "lake")]) == 1


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_cannot_be_is_refused(importing: Import, scan: Path, port: str) -> None:
    assert importing("--port", port, scan) == 2


def test_a_big_file_read_by_processes_gives_what_one_process_gives(
    importing: Import, tmp_path: Path
) -> None:
    """Forty megabytes, so that the file is cut into ranges; each line is counted once."""
    scan = tmp_path / "big.jsonl"
    pad = "x" * 900
    with scan.open("w") as out:
        for n in range(36_000):
            line = GOOD.replace("198.51.100.7", f"198.{n >> 16}.{n >> 8 & 255}.{n & 255}")
            server = f'"server":["Device-{n % 700}"]}},"body":"{pad}"'
            out.write(line.replace('"server":["gSOAP/2.7"]}', server))
            out.write(f'{{"junk": "{pad}"\n' if n % 6000 == 17 else "")
    assert importing(scan) == 4
    [info] = Lake.open(tmp_path / "lake").snapshots
    assert (info.services, info.responses, info.rejected) == (36_000, 700, 6)


def test_the_users_own_catalogue_counts_in_every_command(
    importing: Import,
    scan: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "ours" / "fingerprints"
    folder.mkdir(parents=True)
    (folder / "http_server.toml").write_text(
        '[[fingerprint]]\nid = "ours"\ndescription = "How we call it"\nsource = "our records"\n'
        "pattern = '^gSOAP/2\\.7$'\n"
        'asserts = { model = "The old one" }\nconfidence = 0.9\n'
        'examples = [{ value = "gSOAP/2.7", gives = { model = "The old one" } }]\n'
        'counter_examples = ["gSOAP/2.8"]\n'
    )
    lake = str(tmp_path / "lake")
    assert importing(scan) == 0
    assert run(["search", "model:old", "--lake", lake]) == 1
    monkeypatch.setenv("GATEWATCH_CATALOGUE", str(tmp_path / "ours"))
    capsys.readouterr()
    assert run(["search", "model:old", "--fields", "ip,model", "--lake", lake]) == 0
    assert '"model":"The old one"' in capsys.readouterr().out
    assert run(["host", "198.51.100.7", "--format", "table", "--lake", lake]) == 0
    assert "The old one" in capsys.readouterr().out
