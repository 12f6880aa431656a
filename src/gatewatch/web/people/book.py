"""The book of people: names with roles and password hashes, sessions, tokens; one SQLite file.

Passwords are hashed by argon2id (RFC 9106), secrets of sessions and tokens by SHA-256, which is
enough for 256 random bits: who reads the file can log in as nobody. The file is the owner's alone
(0600) and stands beside the lake, so that a copied lake takes nobody's name along.
"""

import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gatewatch.model.errors import BadArguments, SystemRefusal
from gatewatch.web.site import Role

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["SCOPES", "Book", "Entry", "Token", "book_of"]

SCOPES = ("read", "export", "watch", "acs")
"""What a token may be good for."""
IDLE_S = 2 * 3600
"""A session ends when nobody used it for so long,"""
LONGEST_S = 12 * 3600
"""and so long after the login in any case."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_SHORTEST, _LONGEST = 12, 1024
_SEEN_S = 60
_MOST_SESSIONS = 20
_SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS session (
    secret TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES person(name) ON DELETE CASCADE,
    made REAL NOT NULL, seen REAL NOT NULL);
CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, secret TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL, scopes TEXT NOT NULL,
    made REAL NOT NULL, ends REAL NOT NULL);
"""


class Entry(NamedTuple):
    """A person as listed."""

    name: str
    role: Role
    made: float


class Token(NamedTuple):
    """A token as listed; its secret is known to nobody here."""

    id: str
    purpose: str
    scopes: tuple[str, ...]
    made: float
    ends: float


def book_of(lake: Path) -> Path:
    """The file of the people who may see the lake at `lake`; it need not exist."""
    lake = lake.absolute()
    return lake.with_name(f"{lake.name}.people.db")


class Book:
    """The people of one file, which is made when the first of them is added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_empty(self) -> bool:
        """Whether there is no person."""
        return not self.path.exists() or not self.people()

    def is_without_entrance(self) -> bool:
        """Whether there is neither a person nor a token."""
        return self.is_empty() and not (self.path.exists() and self.tokens())

    def people(self) -> list[Entry]:
        """Everybody, by name."""
        with self._open() as con:
            rows = con.execute("SELECT name, role, made FROM person ORDER BY name").fetchall()
        return [Entry(name, Role[role.upper()], made) for name, role, made in rows]

    def add(self, name: str, role: Role, password: str, now: float) -> None:
        """A new person; raises BadArguments for a bad name, a short password, a name taken."""
        if not _NAME.fullmatch(name):
            raise _bad(f'"{name}" is no name', "use letters, digits, dot, dash, @, at most 64")
        with self._open() as con:
            if con.execute("SELECT 1 FROM person WHERE name = ?", [name]).fetchone():
                raise _bad(f'"{name}" is there already', 'see "gatewatch user list"')
            row = (name, role.word, self._hashed(password), now)
            con.execute("INSERT INTO person VALUES (?, ?, ?, ?)", row)

    def remove(self, name: str) -> None:
        """Forgets a person and ends their sessions; raises BadArguments."""
        with self._open() as con:
            self._require(con, name)
            con.execute("DELETE FROM person WHERE name = ?", [name])

    def set_password(self, name: str, password: str) -> None:
        """Another password, which ends the person's sessions; raises BadArguments."""
        with self._open() as con:
            self._require(con, name)
            row = (self._hashed(password), name)
            con.execute("UPDATE person SET password = ? WHERE name = ?", row)
            con.execute("DELETE FROM session WHERE name = ?", [name])

    def matches(self, name: str, password: str) -> bool:
        """Whether this is the password of `name`; takes as long when there is no such person."""
        from argon2.exceptions import VerificationError

        with self._open() as con:
            row = con.execute("SELECT password FROM person WHERE name = ?", [name]).fetchone()
        try:
            self._hasher.verify(row[0] if row else self._nobodys, password[:_LONGEST])
        except VerificationError:
            return False
        return row is not None

    def open_session(self, name: str, now: float) -> str:
        """The secret of a new session of `name`; the oldest ones end when there are too many."""
        secret = secrets.token_urlsafe(32)
        with self._open() as con:
            con.execute("DELETE FROM session WHERE made < ?", [now - LONGEST_S])
            con.execute(
                "DELETE FROM session WHERE secret IN (SELECT secret FROM session WHERE name = ? "
                "ORDER BY made DESC LIMIT -1 OFFSET ?)",
                [name, _MOST_SESSIONS - 1],
            )
            con.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (_mark(secret), name, now, now))
        return secret

    def in_session(self, secret: str, now: float) -> Entry | None:
        """Whose session this is, if it has not ended."""
        mark = _mark(secret)
        with self._open() as con:
            row = con.execute(
                "SELECT name, role, person.made, seen FROM session JOIN person USING (name) "
                "WHERE secret = ? AND seen > ? AND session.made > ?",
                [mark, now - IDLE_S, now - LONGEST_S],
            ).fetchone()
            if row and row[3] < now - _SEEN_S:
                con.execute("UPDATE session SET seen = ? WHERE secret = ?", [now, mark])
        return Entry(row[0], Role[row[1].upper()], row[2]) if row else None

    def close_session(self, secret: str) -> None:
        """Ends it."""
        with self._open() as con:
            con.execute("DELETE FROM session WHERE secret = ?", [_mark(secret)])

    def add_token(
        self, purpose: str, scopes: tuple[str, ...], now: float, seconds: float
    ) -> tuple[Token, str]:
        """A new token and its secret, which is told this once."""
        secret = f"gw_{secrets.token_urlsafe(32)}"
        token = Token(secrets.token_hex(4), purpose, scopes, now, now + seconds)
        with self._open() as con:
            con.execute(
                "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?)",
                (token.id, _mark(secret), purpose, " ".join(scopes), now, token.ends),
            )
        return token, secret

    def tokens(self) -> list[Token]:
        """Every token, the newest last."""
        with self._open() as con:
            rows = con.execute("SELECT id, purpose, scopes, made, ends FROM token ORDER BY made")
            return [Token(one[0], one[1], tuple(one[2].split()), *one[3:]) for one in rows]

    def revoke(self, token: str) -> None:
        """Forgets the token with this id; raises BadArguments."""
        with self._open() as con:
            if not con.execute("DELETE FROM token WHERE id = ?", [token]).rowcount:
                raise _bad(f'there is no token "{token}"', 'see "gatewatch token list"')

    def token_of(self, secret: str, now: float) -> Token | None:
        """The token with this secret, if it has not ended."""
        with self._open() as con:
            row = con.execute(
                "SELECT id, purpose, scopes, made, ends FROM token WHERE secret = ? AND ends > ?",
                [_mark(secret), now],
            ).fetchone()
        return Token(row[0], row[1], tuple(row[2].split()), *row[3:]) if row else None

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        # OWASP's choice for servers that check several at once: 19 MiB, two passes.
        return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

    @cached_property
    def _nobodys(self) -> str:
        """A hash that costs as much as any."""
        return self._hasher.hash(secrets.token_urlsafe(16))

    def _hashed(self, password: str) -> str:
        if not _SHORTEST <= len(password) <= _LONGEST:
            raise _bad(f"it has {len(password)} characters", f"choose at least {_SHORTEST}")
        return self._hasher.hash(password)

    def _require(self, con: sqlite3.Connection, name: str) -> None:
        if not con.execute("SELECT 1 FROM person WHERE name = ?", [name]).fetchone():
            raise _bad(f'nobody is called "{name}"', 'see "gatewatch user list"')

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept when the block ends well."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Made by ourselves: SQLite would let the umask decide who may read it.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            con = sqlite3.connect(self.path, timeout=10)
            try:
                with con:
                    con.execute("PRAGMA foreign_keys = ON")
                    con.executescript(_SCHEMA)
                    yield con
            finally:
                con.close()
        except (OSError, sqlite3.Error) as error:
            raise SystemRefusal(where=self.path, what=error) from error


def _mark(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _bad(what: str, mend: str) -> BadArguments:
    return BadArguments(where="people", what=what, mend=mend)
