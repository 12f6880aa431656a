import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.model.errors import WatchBusy, WatchCorrupt, WatchTooNew, WatchUnwritable
from gatewatch.model.moment import parse_moment
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.store.schema import connect, parquet
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.listing import load_listing
from gatewatch.watch.names import Names
from gatewatch.watch.pseudonyms import Pseudonyms, number_of, shown_as
from gatewatch.watch.signins import add

NOW = parse_moment("2026-11-24T12:00:00Z")
MakeSignIn = Callable[..., SignIn]


def kept(path: Path) -> int:
    files = load_listing(WatchFolder(path)).all_files(WatchFolder(path))
    if not files:
        return 0
    con = connect()
    return int(con.execute(f"SELECT count(*) FROM {parquet(files)}").fetchall()[0][0])


def test_the_same_sign_ins_twice_add_nothing(watch: Path, signin: MakeSignIn) -> None:
    some = [signin(), signin("bob"), signin(ip="2001:db8::7"), signin(at="2026-11-21T08:00:00Z")]
    assert add(watch, some, now=NOW).added == 4
    again = add(watch, [*some, *some], now=NOW)
    assert (again.added, again.known) == (0, 8)
    assert kept(watch) == 4


def test_many_small_additions_become_few_files(watch: Path, signin: MakeSignIn) -> None:
    for minute in range(20):
        add(watch, [signin(at=f"2026-11-20T08:{minute:02}:00Z")], now=NOW)
    assert kept(watch) == 20
    assert len(load_listing(WatchFolder(watch)).days["2026-11-20"]) < 8


def test_what_is_older_than_the_days_of_retention_is_refused(
    watch: Path, signin: MakeSignIn
) -> None:
    counts = add(watch, [signin(at="2026-07-01T08:00:00Z")], now=NOW, days=90)
    assert (counts.added, counts.refused.total()) == (0, 1)


def test_nobody_else_may_look_into_the_folder(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin()], now=NOW)
    assert stat.S_IMODE(watch.stat().st_mode) == 0o700
    for key in (watch / "keys").iterdir():
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    watch.chmod(0o755)
    with pytest.raises(WatchCorrupt, match="chmod 700"):
        add(watch, [signin()], now=NOW)


def test_no_name_and_no_device_stands_in_any_file(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin("alice@example.com", device="ALICE-LAPTOP")], now=NOW)
    for file in filter(Path.is_file, watch.rglob("*")):
        assert b"alice" not in file.read_bytes().lower(), file.name


def test_a_name_comes_back_only_by_both_keys(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin("alice@example.com")], now=NOW)
    folder = WatchFolder(watch)
    who = Pseudonyms(folder.key("pseudonyms")).who("alice@example.com")
    with Names.open(folder) as names:
        assert names.name(who) == "alice@example.com"
    (watch / "keys" / "names").write_bytes(bytes(32))
    with Names.open(folder) as names, pytest.raises(WatchCorrupt, match="seal"):
        names.name(who)


def test_without_names_there_is_no_table(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin()], now=NOW, keep_names=False)
    assert not (watch / "names.db").exists()


def test_the_user_of_a_failed_attempt_is_not_kept(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin("hunter2", outcome=Outcome.FAILURE)], now=NOW)
    folder = WatchFolder(watch)
    with Names.open(folder) as names:
        assert names.book.read("SELECT * FROM names") == []
    files = load_listing(folder).all_files(folder)
    assert connect().execute(f"SELECT who, success FROM {parquet(files)}").fetchall() == [
        (None, False)
    ]


@pytest.mark.parametrize("who", [0, 1, -1, 2**63 - 1, -(2**63)])
def test_a_pseudonym_is_read_back(who: int) -> None:
    assert number_of(shown_as(who)) == who


@pytest.mark.parametrize("text", ["", "alice", "p-", "p-aaaaaaaaaaaaaaaaa", "p-AAAAAAAAAAAAA"])
def test_what_is_no_pseudonym_is_told_apart(text: str) -> None:
    assert number_of(text) is None


def test_a_second_writer_gets_one_clear_line(watch: Path, signin: MakeSignIn) -> None:
    with WatchFolder(watch).writer(), pytest.raises(WatchBusy, match=f"process {os.getpid()} has"):
        add(watch, [signin()], now=NOW)


def test_a_damaged_list_is_told(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin()], now=NOW)
    path = watch / "listing.json"
    path.write_text(path.read_text().replace("0001", "0002"))
    with pytest.raises(WatchCorrupt, match="checksum"):
        add(watch, [signin("bob")], now=NOW)


def test_a_newer_store_is_left_alone(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin()], now=NOW)
    path = watch / "listing.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    with pytest.raises(WatchTooNew, match="format 2"):
        add(watch, [signin("bob")], now=NOW)


def test_a_damaged_day_is_named_and_nothing_is_added(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin()], now=NOW)
    (file,) = (watch / "signins").glob("*/*")
    file.write_bytes(b"PAR1" + bytes(100))
    before = (watch / "listing.json").read_bytes()
    with pytest.raises(WatchCorrupt, match="2026-11-20"):
        add(watch, [signin("bob")], now=NOW)
    assert (watch / "listing.json").read_bytes() == before


def test_a_lost_key_is_not_made_anew_beside_its_data(watch: Path, signin: MakeSignIn) -> None:
    add(watch, [signin()], now=NOW)
    (watch / "keys" / "pseudonyms").unlink()
    with pytest.raises(WatchCorrupt, match="missing"):
        add(watch, [signin()], now=NOW)


def test_a_place_that_is_a_file_is_told(tmp_path: Path, signin: MakeSignIn) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WatchUnwritable, match="--watch"):
        add(tmp_path / "file" / "watch", [signin()], now=NOW)


WRITER = """
import sys
from pathlib import Path
from gatewatch.model.address import Address
from gatewatch.model.signin import SignIn
from gatewatch.watch.signins import add
now, path, first = int(sys.argv[2]), Path(sys.argv[1]), int(sys.argv[3])
for number in range(first, first + 1000):
    add(path, [SignIn("alice", Address(None, 3221225984), now - number, "okta")], now=now)
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(watch: Path) -> None:
    chance, acknowledged = random.Random(20261124), 0
    for _ in range(4):
        argv = [sys.executable, "-c", WRITER, str(watch), str(NOW), str(acknowledged)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            writer.send_signal(signal.SIGKILL)
            said = writer.stdout.read().splitlines()
        acknowledged = int(said[-1]) + 1 if said else acknowledged + 1
        assert kept(watch) >= acknowledged
    assert add(watch, [], now=NOW).added == 0
    assert load_listing(WatchFolder(watch)).damaged(WatchFolder(watch)) == []
