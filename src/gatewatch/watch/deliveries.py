"""What was sent to whom already, so that nobody hears the same twice, whatever is killed when.

    WATCH/deliveries.db     SQLite (WAL, FULL): channel, key, moments; alerts that wait

A delivery is begun before the sending and done after it. A process that dies in between leaves one
that is begun: it is sent again, with the same number, by which a receiver knows it (at least once,
never silently lost). Whom a key stands for is not readable from it: it is a hash keyed with chance
that this file holds, and rows older than `KEPT_DAYS` are removed.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import NamedTuple

from gatewatch.model.errors import WatchCorrupt
from gatewatch.model.moment import SECOND
from gatewatch.store.durable import writing
from gatewatch.store.lock import writer_lock
from gatewatch.watch.folder import OWNER

__all__ = ["KEPT_DAYS", "Deliveries", "Delivery", "opened"]

KEPT_DAYS = 180
_PATIENCE_S = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS chance (one INTEGER PRIMARY KEY CHECK (one = 1), bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    channel TEXT NOT NULL, key TEXT NOT NULL, number TEXT NOT NULL,
    begun INTEGER NOT NULL, done INTEGER, PRIMARY KEY (channel, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alert (
    key TEXT PRIMARY KEY, at INTEGER NOT NULL, payload TEXT NOT NULL
) WITHOUT ROWID;
"""


class Delivery(NamedTuple):
    """One thing that goes to one channel; moments are in microseconds since 1970 UTC."""

    number: str
    """The same each time it is tried."""
    done: int | None


class Deliveries:
    """The log, open."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        (self._chance,) = con.execute("SELECT bytes FROM chance").fetchone()

    def key(self, *words: str) -> str:
        """What stands for these words."""
        text = "\0".join(words).encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._chance, digest_size=16).hexdigest()

    def find(self, channel: str, key: str) -> Delivery | None:
        """What is known of it."""
        found = self._con.execute(
            "SELECT number, done FROM delivery WHERE channel = ? AND key = ?", (channel, key)
        ).fetchone()
        return Delivery(*found) if found else None

    def begin(self, channel: str, key: str, now: int, again_before: int = 0) -> Delivery | None:
        """Writes down that it is about to be sent; None when it was already.

        What was done before the moment `again_before` may be done anew, under another number.
        """
        with self._con:
            known = self.find(channel, key)
            if known is not None and known.done is None:
                return known
            if known is not None and known.done is not None and known.done >= again_before:
                return None
            number = token_bytes(12).hex()
            self._con.execute(
                "INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, NULL)",
                (channel, key, number, now),
            )
            return Delivery(number, None)

    def finish(self, channel: str, keys: list[str], now: int) -> None:
        """Writes down that these were sent."""
        with self._con:
            self._con.executemany(
                "UPDATE delivery SET done = ? WHERE channel = ? AND key = ?",
                [(now, channel, key) for key in keys],
            )

    def keep(self, key: str, now: int, payload: str) -> None:
        """Takes an alert in; one that is known stays as it was."""
        with self._con:
            row = (key, now, payload)
            self._con.execute("INSERT OR IGNORE INTO alert VALUES (?, ?, ?)", row)

    def kept(self, since: int) -> list[str]:
        """The alerts that were taken in since, the oldest first."""
        sql = "SELECT payload FROM alert WHERE at >= ? ORDER BY at, key"
        return [payload for (payload,) in self._con.execute(sql, (since,))]

    def last(self, channel: str) -> int:
        """When something was last sent there; 0: never."""
        sql = "SELECT coalesce(max(done), 0) FROM delivery WHERE channel = ?"
        (found,) = self._con.execute(sql, (channel,)).fetchone()
        return int(found)

    def sent_since(self, channel: str, moment: int) -> int:
        """How many were sent there since."""
        sql = "SELECT count(*) FROM delivery WHERE channel = ? AND done >= ?"
        (found,) = self._con.execute(sql, (channel, moment)).fetchone()
        return int(found)

    def forget(self, now: int) -> None:
        """Removes what is older than `KEPT_DAYS`."""
        with self._con:
            before = now - KEPT_DAYS * 86_400 * SECOND
            self._con.execute("DELETE FROM delivery WHERE begun < ?", (before,))
            self._con.execute("DELETE FROM alert WHERE at < ?", (before,))


@contextmanager
def opened(folder: Path) -> Iterator[Deliveries]:
    """The log below `folder`, made when there is none, for one sender at a time.

    Raises WatchBusy, since two who send at once would say things twice, WatchUnwritable and
    WatchCorrupt.
    """
    path = folder / "deliveries.db"
    with writing(path, OWNER):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with writer_lock(folder / "sending", OWNER):
        yield from _opened(path)


def _opened(path: Path) -> Iterator[Deliveries]:
    con = sqlite3.connect(path, timeout=_PATIENCE_S)
    try:
        try:
            con.execute("PRAGMA journal_mode = WAL")
            con.execute("PRAGMA synchronous = FULL")
            con.execute("PRAGMA secure_delete = ON")
            con.executescript(_SCHEMA)
            with con:
                con.execute("INSERT OR IGNORE INTO chance VALUES (1, ?)", (token_bytes(32),))
            log = Deliveries(con)
        except sqlite3.DatabaseError as error:
            mend = "restore it from a backup, or remove it: some may then hear twice"
            raise WatchCorrupt(where=path, what=str(error), mend=mend) from None
        yield log
    finally:
        con.close()
