"""The audit log: who opened which name, forgot whom, and when; append-only, each line chained.

A line holds the hash of the one before, so that none can be changed or left out unnoticed; SQLite
refuses to change or delete one. It names cases and people who act, never the person of a case.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from sqlite3 import Row

from gatewatch.model.errors import WatchCorrupt
from gatewatch.watch.book import Book

__all__ = ["Line", "add_line", "audit_lines"]

_TABLES = (
    "CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " actor TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, hash TEXT NOT NULL)",
    "CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE DELETE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log; `at` in microseconds since 1970 UTC."""

    at: int
    actor: str
    what: str
    reason: str
    hash: str


def add_line(book: Book, at: int, actor: str, what: str, reason: str = "") -> Line:
    """Adds a line, durable when this returns."""
    book.ensure(*_TABLES)
    with book.change() as rows:
        last = rows.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        before = str(last["hash"]) if last else ""
        line = Line(at, actor, what, reason, _hash(before, at, actor, what, reason))
        rows.execute(
            "INSERT INTO audit (at, actor, what, reason, hash) VALUES (?, ?, ?, ?, ?)",
            (at, actor, what, reason, line.hash),
        )
    return line


def audit_lines(book: Book) -> Iterator[Line]:
    """All lines, oldest first; raises WatchCorrupt at the first that breaks the chain."""
    book.ensure(*_TABLES)
    before = ""
    for number, row in enumerate(book.read("SELECT * FROM audit ORDER BY id"), 1):
        line = _line(row)
        if line.hash != _hash(before, *_said(line)) or row["id"] != number:
            raise WatchCorrupt(
                where=book.path,
                what=f"line {number} of the audit log was changed, or one before it is missing",
                mend="compare it with a backup; somebody wrote past gatewatch",
            )
        before = line.hash
        yield line


def _line(row: Row) -> Line:
    return Line(row["at"], row["actor"], row["what"], row["reason"], row["hash"])


def _said(line: Line) -> tuple[int, str, str, str]:
    return line.at, line.actor, line.what, line.reason


def _hash(before: str, at: int, actor: str, what: str, reason: str) -> str:
    text = json.dumps([before, at, actor, what, reason])
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
