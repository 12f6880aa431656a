import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.model.errors import CaseUnknown, NameUnknown, WatchCorrupt
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.model.observation import Observation
from gatewatch.model.signin import SignIn
from gatewatch.watch.audit import add_line, audit_lines
from gatewatch.watch.book import Book
from gatewatch.watch.cases import Cases
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.forgetting import forget, traces
from gatewatch.watch.listing import load_listing
from gatewatch.watch.opening import open_name
from gatewatch.watch.overview import overview
from gatewatch.watch.pseudonyms import Pseudonyms
from gatewatch.watch.retention import enforce, verify
from gatewatch.watch.running import run
from gatewatch.watch.signins import add

NOW = parse_moment("2026-11-24T12:00:00Z")
DAY = 86_400 * SECOND
MakeSignIn = Callable[..., SignIn]


@pytest.fixture
def two(
    watch: Path,
    tmp_path: Path,
    signin: MakeSignIn,
    seen: Callable[..., Observation],
    make_lake: Callable[..., object],
) -> Path:
    """Two people behind exposed routers, with cases; one signed in long ago as well."""
    make_lake([seen("192.0.2.7"), seen("192.0.2.8", "huawei")])
    some = [
        signin("alice@example.com", "192.0.2.7", "2026-11-20T00:10:00Z"),
        signin("alice@example.com", "192.0.2.9", "2026-10-01T11:00:00Z"),
        signin("bob@example.com", "192.0.2.8", "2026-11-20T00:10:00Z"),
        signin("carol@example.com", "192.0.2.10", "2026-10-01T13:00:00Z"),
    ]
    add(watch, some, now=NOW)
    run(watch, tmp_path / "lake", NOW)
    return watch


def kept(watch: Path) -> dict[str, int]:
    folder = WatchFolder(watch)
    return {row[0]: row[1] for row in overview(folder, load_listing(folder))}


def test_retention_drops_whole_days_and_writes_the_mixed_one_anew(two: Path) -> None:
    now = parse_moment("2026-10-31T12:00:00Z")
    assert len(verify(two, 30, now)) == 1
    assert enforce(two, 30, now).signins == 1
    assert kept(two) == {"2026-10-01": 1, "2026-11-20": 2}
    assert verify(two, 30, now) == []
    assert enforce(two, 30, NOW).signins == 1
    assert kept(two) == {"2026-11-20": 2}


def test_retention_takes_cases_and_names_along(two: Path) -> None:
    done = enforce(two, 1, NOW + 30 * DAY)
    assert (done.signins, done.names) == (4, 3)
    with Cases.open(two) as cases:
        assert cases.all() == []
    assert verify(two, 1, NOW + 30 * DAY) == []


def test_a_file_that_no_list_names_is_found_by_verify(two: Path) -> None:
    (file,) = (two / "signins" / "2026-10-01").glob("*")
    (two / "forgotten.parquet").write_bytes(file.read_bytes())
    assert str(two / "forgotten.parquet") in verify(two, 30, NOW)[0]


def test_a_file_that_cannot_be_read_is_no_proof(two: Path) -> None:
    (two / "signins" / "2026-11-20" / "0009.parquet").write_bytes(b"PAR1")
    assert any("cannot be read" in line for line in verify(two, 90, NOW))


def test_who_is_forgotten_stands_in_no_file(two: Path) -> None:
    assert traces(two, "alice@example.com") != []
    done = forget(two, "Alice@Example.com", NOW, "tester")
    assert (done.signins, done.left) == (2, [])
    assert traces(two, "alice@example.com") == []
    with Cases.open(two) as cases:
        assert len(cases.all()) == 1
    assert kept(two) == {"2026-10-01": 1, "2026-11-20": 1}


def test_a_note_that_names_the_person_is_found(two: Path) -> None:
    with Cases.open(two) as cases:
        bobs = next(one.id for one in cases.all() if one.rule == "exposed-router")
        cases.note(bobs, "shares a flat with alice@example.com", NOW, "tester")
    assert [Path(file).name for file in forget(two, "alice@example.com", NOW, "x").left] == [
        "book.db"
    ]


def test_nobody_is_forgotten_twice(two: Path) -> None:
    forget(two, "alice@example.com", NOW, "tester")
    done = forget(two, "alice@example.com", NOW, "tester")
    assert (done.signins, done.rows, done.left) == (0, 0, [])


def test_a_table_of_another_module_is_swept_too(two: Path) -> None:
    folder = WatchFolder(two)
    who = Pseudonyms(folder.key("pseudonyms")).who("alice@example.com")
    with Book.open(folder) as book:
        book.ensure("CREATE TABLE IF NOT EXISTS letters (who INTEGER, lapses_at INTEGER)")
        with book.change() as rows:
            rows.execute("INSERT INTO letters VALUES (?, ?), (1, 1)", (who, NOW))
    forget(two, "alice@example.com", NOW, "tester")
    enforce(two, 90, NOW)
    with Book.open(folder) as book:
        assert book.read("SELECT * FROM letters") == []


def test_opening_a_name_is_audited_first(two: Path) -> None:
    names = {open_name(two, number, NOW, "tester", "called") for number in (1, 2)}
    assert names == {"alice@example.com", "bob@example.com"}
    with Book.open(WatchFolder(two)) as book:
        lines = list(audit_lines(book))
    assert [one.what for one in lines] == [f"opened the name of case {n}" for n in (1, 2)]
    assert {one.reason for one in lines} == {"called"}


def test_what_cannot_be_opened_is_one_line(two: Path) -> None:
    with pytest.raises(CaseUnknown):
        open_name(two, 99, NOW, "tester", "")
    (two / "names.db").unlink()
    with pytest.raises(NameUnknown, match="no name is kept"):
        open_name(two, 1, NOW, "tester", "")


def test_the_audit_log_is_append_only_and_chained(two: Path) -> None:
    with Book.open(WatchFolder(two)) as book:
        for number in range(3):
            add_line(book, number, "tester", "did something")
        assert len(list(audit_lines(book))) == 3
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), book.change() as rows:
            rows.execute("DELETE FROM audit WHERE id = 2")


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET actor = 'nobody' WHERE id = 2", "DELETE FROM audit WHERE id = 1"]
)
def test_a_line_changed_behind_its_back_is_found(two: Path, change: str) -> None:
    with Book.open(WatchFolder(two)) as book:
        for number in range(3):
            add_line(book, number, "tester", "did something")
    raw = sqlite3.connect(two / "book.db")
    raw.executescript("DROP TRIGGER audit_stays; DROP TRIGGER audit_keeps;" + change)
    raw.commit()
    raw.close()
    with (
        Book.open(WatchFolder(two)) as book,
        pytest.raises(WatchCorrupt, match=r"line [12] of the audit log"),
    ):
        list(audit_lines(book))


def test_a_file_that_cannot_be_read_is_no_proof_of_having_forgotten(two: Path) -> None:
    (two / "stray.parquet").write_bytes(b"PAR1")
    assert str(two / "stray.parquet") in forget(two, "alice@example.com", NOW, "tester").left
