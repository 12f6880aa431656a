"""Cases: one person (or a network of our own) and one exposure, from new to mended.

`record` turns what the rules found into cases and may be repeated: the same finding is the same
case, with newer evidence. Who accepted a case or called it false is not asked again; one that was
mended and is seen again later is new again, with its history.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection, Row

from gatewatch.model.address import Address
from gatewatch.model.errors import CaseUnknown
from gatewatch.watch.book import Book
from gatewatch.watch.finding import Evidence, Finding
from gatewatch.watch.folder import WatchFolder

__all__ = ["OPEN", "Case", "Cases", "Event", "Recorded", "State"]

_TABLES = (
    "CREATE TABLE IF NOT EXISTS cases (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE,"
    " rule TEXT, subject TEXT, who INTEGER, state TEXT, severity TEXT, confidence REAL,"
    " advice TEXT, what TEXT, ip_high INTEGER, ip INTEGER, port INTEGER, response INTEGER,"
    " signins INTEGER, opened_at INTEGER, updated_at INTEGER, last_signin INTEGER,"
    " last_seen INTEGER, mended_at INTEGER, assigned TEXT, silent INTEGER DEFAULT 0,"
    " lapses_at INTEGER)",
    "CREATE TABLE IF NOT EXISTS evidence (case_id INTEGER NOT NULL REFERENCES cases(id)"
    " ON DELETE CASCADE, ip_high INTEGER, ip INTEGER, port INTEGER, signin_at INTEGER,"
    " seen_at INTEGER, confidence REAL, why TEXT, lapses_at INTEGER)",
    "CREATE UNIQUE INDEX IF NOT EXISTS evidence_once ON evidence (case_id, ifnull(ip_high, 0), ip,"
    " ifnull(port, 0), ifnull(signin_at, 0), ifnull(seen_at, 0))",
    "CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE, at INTEGER, actor TEXT,"
    " what TEXT, note TEXT)",
)
_KEPT_EVIDENCE = 20


class State(StrEnum):
    """Where a case stands."""

    NEW = "new"
    TOLD = "told"
    MENDED = "mended"
    ACCEPTED = "accepted"
    FALSE = "false"


OPEN = (State.NEW, State.TOLD)
"""The states in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case; times in microseconds since 1970 UTC, the person as a pseudonym's number."""

    id: int
    rule: str
    subject: str
    who: int | None
    state: State
    severity: str
    confidence: float
    advice: str
    what: str
    address: Address
    """Where it was last seen."""
    port: int | None
    response: int | None
    signins: int
    opened_at: int
    updated_at: int
    last_signin: int | None
    last_seen: int | None
    mended_at: int | None
    assigned: str
    silent: int
    """How many re-scans in a row got no answer at all."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history."""

    at: int
    actor: str
    what: str
    note: str


@dataclass
class Recorded:
    """What became of findings; the ids of the cases that are new or new again."""

    opened: list[int]
    reopened: list[int]
    updated: int = 0


class Cases:
    """The cases of one book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["Cases"]:
        """The cases in the watch folder `path`; raises as `Book.open`."""
        with Book.open(WatchFolder(path)) as book:
            book.ensure(*_TABLES)
            yield cls(book)

    def all(self, states: Sequence[State] = (), rule: str | None = None) -> list[Case]:
        """The cases in these states (none given: all), the most certain first."""
        rows = self.book.read("SELECT * FROM cases ORDER BY confidence DESC, id")
        found = map(_case, rows)
        return [
            one for one in found
            if (not states or one.state in states) and (rule is None or one.rule == rule)
        ]  # fmt: skip

    def one(self, number: int) -> Case:
        """The case with this number; raises CaseUnknown."""
        for row in self.book.read("SELECT * FROM cases WHERE id = ?", (number,)):
            return _case(row)
        raise CaseUnknown(where=self.book.path.parent, number=number)

    def evidence(self, number: int) -> list[Evidence]:
        """The evidence of a case, the best first."""
        rows = self.book.read(
            "SELECT * FROM evidence WHERE case_id = ? ORDER BY confidence DESC, signin_at DESC",
            (number,),
        )
        return [
            Evidence(
                _address(row), row["port"], row["signin_at"], row["seen_at"], row["confidence"],
                row["why"],
            )
            for row in rows
        ]  # fmt: skip

    def history(self, number: int) -> list[Event]:
        """What happened to a case, oldest first."""
        rows = self.book.read("SELECT * FROM history WHERE case_id = ? ORDER BY id", (number,))
        return [Event(row["at"], row["actor"], row["what"], row["note"]) for row in rows]

    def record(self, findings: Iterable[Finding], now: int, actor: str = "run") -> Recorded:
        """Opens and updates cases, all or none."""
        done = Recorded([], [])
        with self.book.change() as rows:
            for finding in findings:
                _record(rows, finding, now, actor, done)
        return done

    def move(self, number: int, state: State, now: int, actor: str, note: str = "") -> Case:
        """Puts the case into a state; the same one again changes nothing. Raises CaseUnknown."""
        case = self.one(number)
        if case.state is state:
            return case
        with self.book.change() as rows:
            mended = now if state is State.MENDED else None
            rows.execute(
                "UPDATE cases SET state = ?, updated_at = ?, mended_at = ?, silent = 0"
                " WHERE id = ?",
                (str(state), now, mended, number),
            )
            _tell(rows, number, now, actor, str(state), note)
        return self.one(number)

    def assign(self, number: int, to: str, now: int, actor: str) -> Case:
        """Gives the case to somebody, "" to nobody; raises CaseUnknown."""
        self.one(number)
        with self.book.change() as rows:
            rows.execute(
                "UPDATE cases SET assigned = ?, updated_at = ? WHERE id = ?", (to, now, number)
            )
            _tell(rows, number, now, actor, "assigned", to)
        return self.one(number)

    def note(self, number: int, text: str, now: int, actor: str, what: str = "note") -> None:
        """Adds a line to the history; raises CaseUnknown."""
        self.one(number)
        with self.book.change() as rows:
            _tell(rows, number, now, actor, what, text)

    def silence(self, number: int, now: int, note: str) -> int:
        """Notes a re-scan that got no answer; returns how many there were in a row."""
        with self.book.change() as rows:
            rows.execute("UPDATE cases SET silent = silent + 1 WHERE id = ?", (number,))
            _tell(rows, number, now, "rescan", "silent", note)
        return self.one(number).silent

    def heard(self, number: int, now: int, note: str) -> None:
        """Notes a re-scan in which the exposure was still there."""
        with self.book.change() as rows:
            rows.execute("UPDATE cases SET silent = 0 WHERE id = ?", (number,))
            _tell(rows, number, now, "rescan", "still open", note)


def _record(rows: Connection, finding: Finding, now: int, actor: str, done: Recorded) -> None:
    best = max(finding.evidence, key=lambda one: (one.signin_at or 0, one.seen_at or 0))
    last_seen = max((one.seen_at or 0 for one in finding.evidence), default=0) or None
    values = (
        str(finding.severity), finding.confidence, str(finding.advice), finding.what,
        best.address.high, best.address.low, best.port, finding.response, finding.signins, now,
        best.signin_at, last_seen, best.signin_at,
    )  # fmt: skip
    found = rows.execute("SELECT * FROM cases WHERE key = ?", (finding.key,)).fetchone()
    if found is None:
        number = rows.execute(
            "INSERT INTO cases (key, rule, subject, who, state, severity, confidence, advice, what,"
            " ip_high, ip, port, response, signins, updated_at, last_signin, last_seen, lapses_at,"
            f" opened_at, assigned) VALUES (?, ?, ?, ?, 'new'{', ?' * 14}, '')",
            (finding.key, finding.rule, finding.subject, finding.who, *values, now),
        ).lastrowid
        assert number
        _tell(rows, number, now, actor, "new", finding.what)
        done.opened.append(number)
        _add_evidence(rows, number, finding)
        return
    number = int(found["id"])
    if _add_evidence(rows, number, finding) or found["confidence"] != finding.confidence:
        rows.execute(
            "UPDATE cases SET severity = ?, confidence = ?, advice = ?, what = ?, ip_high = ?,"
            " ip = ?, port = ?, response = ?, signins = ?, updated_at = ?, last_signin = ?,"
            " last_seen = ?, lapses_at = ? WHERE id = ?",
            (*values, number),
        )
        done.updated += 1
    if found["state"] == State.MENDED and (last_seen or 0) > (found["mended_at"] or 0):
        rows.execute("UPDATE cases SET state = 'new', mended_at = NULL WHERE id = ?", (number,))
        _tell(rows, number, now, actor, "new", "seen again after it was mended")
        done.reopened.append(number)


def _add_evidence(rows: Connection, number: int, finding: Finding) -> int:
    """Adds what is new, keeps the best; returns how much was new."""
    before = rows.total_changes
    for one in finding.evidence[:_KEPT_EVIDENCE]:
        rows.execute(
            "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, one.address.high, one.address.low, one.port, one.signin_at, one.seen_at,
                one.confidence, one.why, one.signin_at,
            ),
        )  # fmt: skip
    return rows.total_changes - before


def _tell(rows: Connection, number: int, now: int, actor: str, what: str, note: str) -> None:
    rows.execute(
        "INSERT INTO history (case_id, at, actor, what, note) VALUES (?, ?, ?, ?, ?)",
        (number, now, actor, what, note[:1000]),
    )


def _address(row: Row) -> Address:
    return Address(row["ip_high"], row["ip"])


def _case(row: Row) -> Case:
    return Case(
        row["id"], row["rule"], row["subject"], row["who"], State(row["state"]), row["severity"],
        row["confidence"], row["advice"], row["what"], _address(row), row["port"],
        row["response"], row["signins"], row["opened_at"], row["updated_at"], row["last_signin"],
        row["last_seen"], row["mended_at"], row["assigned"], row["silent"],
    )  # fmt: skip
