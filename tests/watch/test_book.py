import sqlite3
from pathlib import Path

import pytest

from gatewatch.model.errors import WatchBusy, WatchCorrupt, WatchTooNew
from gatewatch.watch import book as module
from gatewatch.watch.book import Book
from gatewatch.watch.folder import WatchFolder

TABLE = "CREATE TABLE IF NOT EXISTS things (who INTEGER, name TEXT)"


def test_what_is_deleted_is_in_no_page_afterwards(watch: Path) -> None:
    with Book.open(WatchFolder(watch)) as book:
        book.ensure(TABLE)
        with book.change() as rows:
            rows.executemany("INSERT INTO things VALUES (1, ?)", [("secret-word",)] * 500)
        with book.change() as rows:
            rows.execute("DELETE FROM things")
        book.scrub()
        files = list(watch.glob("book.db*"))
        assert not any(b"secret-word" in file.read_bytes() for file in files)


def test_a_change_that_fails_changes_nothing(watch: Path) -> None:
    with Book.open(WatchFolder(watch)) as book:
        book.ensure(TABLE)
        with pytest.raises(sqlite3.OperationalError, match="nothing"), book.change() as rows:
            rows.execute("INSERT INTO things VALUES (1, 'x'), (2, nothing)")
        assert book.read("SELECT * FROM things") == []


def test_two_writers_get_one_clear_line(watch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.05)
    folder = WatchFolder(watch)
    with Book.open(folder) as one, Book.open(folder) as other:
        one.ensure(TABLE)
        with one.change(), pytest.raises(WatchBusy, match="wait for it"), other.change():
            pass


def test_a_newer_book_is_left_alone(watch: Path) -> None:
    with Book.open(WatchFolder(watch)):
        pass
    raw = sqlite3.connect(watch / "book.db")
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(WatchTooNew, match="99"), Book.open(WatchFolder(watch)):
        pass


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\1" * 9000]
)
def test_a_damaged_book_is_told(watch: Path, content: bytes) -> None:
    folder = WatchFolder(watch)
    folder.make()
    folder.book.write_bytes(content)
    with pytest.raises(WatchCorrupt, match="damaged"), Book.open(folder):
        pass
