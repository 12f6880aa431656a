"""Watch on a disk that is full or read-only: one line that says so, and what was there stays."""

import subprocess
import sys
from pathlib import Path

MOUNTED = r"""
set -eu
mount -t tmpfs -o size=640k tmpfs "$1"
exec "$2" -P -c "$3" "$1"
"""
PRELUDE = """
import secrets, subprocess, sys
from pathlib import Path
from gatewatch.model.address import Address
from gatewatch.model.errors import WatchUnwritable
from gatewatch.model.signin import SignIn
from gatewatch.watch.assets import Assets, parse_asset
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.listing import load_listing
from gatewatch.watch.signins import add

now = 1_700_000_000_000_000
disk, watch = Path(sys.argv[1]), Path(sys.argv[1]) / "watch"

def signins(count):
    for number in range(count):
        user, at = secrets.token_hex(8), now - number * 1009
        yield SignIn(user, Address(None, number * 7919), at, "okta")

def refused(what):
    try:
        what()
    except WatchUnwritable as error:
        print(error)
    else:
        raise SystemExit("it was not refused")

add(watch, signins(20), now=now)
before = (watch / "listing.json").read_bytes()
"""
FULL = """
refused(lambda: add(watch, signins(30_000), now=now))
assert (watch / "listing.json").read_bytes() == before
assert load_listing(WatchFolder(watch)).damaged(WatchFolder(watch)) == []
assert add(watch, signins(20), now=now).added == 20
"""
FULL_BOOK = """
def fill():
    with Assets.open(watch) as assets:
        assets.add(parse_asset("own", f"AS{n}", secrets.token_hex(50)) for n in range(1, 20_000))
refused(fill)
with Assets.open(watch) as assets:
    assert assets.all() == []
    assert assets.add([parse_asset("own", "AS64500")]) == 1
"""
READ_ONLY = """
with Assets.open(watch) as assets:
    assets.add([parse_asset("own", "AS64500")])
subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
refused(lambda: add(watch, signins(20), now=now))
def one():
    with Assets.open(watch) as assets:
        assets.add([parse_asset("own", "AS64501")])
refused(one)
assert (watch / "listing.json").read_bytes() == before
"""


def on_a_small_disk(place: Path, script: str) -> str:
    """What the script says, on a disk of 640 KiB in a mount namespace of its own."""
    place.mkdir()
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", MOUNTED, "sh", str(place), sys.executable, PRELUDE + script],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_import_that_fills_the_disk_adds_nothing(tmp_path: Path) -> None:
    said = on_a_small_disk(tmp_path / "disk", FULL)
    assert "no space is left: free space or choose another --watch; nothing was changed" in said


def test_a_book_that_fills_the_disk_is_as_it_was(tmp_path: Path) -> None:
    said = on_a_small_disk(tmp_path / "disk", FULL_BOOK)
    assert "no space is left" in said


def test_a_read_only_disk_is_told_in_one_line_each(tmp_path: Path) -> None:
    said = on_a_small_disk(tmp_path / "disk", READ_ONLY).splitlines()
    assert len(said) == 2
    assert all("choose a --watch that you may write" in line for line in said)
