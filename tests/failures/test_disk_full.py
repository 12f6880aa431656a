"""A full disk: one line that says so, the lake as it was, and the next import works."""

import subprocess
import sys
from pathlib import Path

SCRIPT = r"""
set -eu
mount -t tmpfs -o size=640k tmpfs "$1"
export PYTHONPATH
run() { "$2" -P -m gatewatch import --lake "$1/lake" "$3"; }
run "$1" "$2" "$3/small.jsonl" 2>/dev/null
before=$(cat "$1/lake/manifest.json")
set +e
run "$1" "$2" "$3/big.jsonl"
code=$?
set -e
[ "$code" = 3 ] || { echo "exit code $code"; exit 1; }
[ "$before" = "$(cat "$1/lake/manifest.json")" ] || { echo "the manifest changed"; exit 1; }
"$2" -P -m gatewatch snapshot verify --lake "$1/lake"
run "$1" "$2" "$3/small.jsonl" 2>/dev/null
"""


def write_scan(path: Path, answers: int) -> None:
    """A scan of incompressible answers."""
    import secrets

    with path.open("w") as out:
        for n in range(answers):
            noise = secrets.token_urlsafe(600)
            out.write(
                f'{{"ip":"198.51.{n >> 8}.{n & 255}","data":{{"http":{{"status":"success",'
                '"protocol":"http","port":7547,"result":{"response":{"status_line":"200 OK",'
                f'"status_code":200,"protocol":"HTTP/1.1","headers":{{"server":["{noise}"]}}}}}},'
                '"timestamp":"2026-11-20T00:00:00Z"}}}\n'
            )


def test_an_import_that_fills_the_disk_leaves_the_lake_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "small-disk"
    place.mkdir()
    write_scan(tmp_path / "small.jsonl", 20)
    write_scan(tmp_path / "big.jsonl", 3000)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", SCRIPT, "sh", str(place), sys.executable, str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [line] = [line for line in done.stderr.splitlines() if line.startswith("gatewatch: ")]
    assert "no space is left: free space or choose another --lake; the lake is unchanged" in line
