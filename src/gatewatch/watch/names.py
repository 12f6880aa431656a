"""The table of names: which person a pseudonym stands for, encrypted, in a file of its own.

ChaCha20-Poly1305 (RFC 8439) with a random nonce for each name, bound to its pseudonym. With
`watch_names = "none"` there is no table, and nobody can be written to by name. Reading one name
is `watch/opening.py`'s business, which writes it into the audit log first.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_bytes

from gatewatch.model.errors import WatchCorrupt
from gatewatch.watch.book import Book
from gatewatch.watch.folder import WatchFolder

__all__ = ["Names"]

_TABLE = "CREATE TABLE IF NOT EXISTS names (who INTEGER PRIMARY KEY, sealed BLOB NOT NULL)"
_NONCE = 12


class Names:
    """The open table."""

    def __init__(self, book: Book, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        self.book = book
        self._cipher = ChaCha20Poly1305(key)
        self._noted: set[int] = set()

    @classmethod
    @contextmanager
    def open(cls, folder: WatchFolder) -> Iterator["Names"]:
        """The folder's table, made when there is none; raises as `Book.open`."""
        with Book.open(folder, folder.names) as book:
            book.ensure(_TABLE)
            yield cls(book, folder.key("names"))

    def note(self, people: Mapping[int, str]) -> None:
        """Remembers names by pseudonym; a name that is there already is left."""
        fresh = {who: name for who, name in people.items() if who not in self._noted}
        if not fresh:
            return
        with self.book.change() as rows:
            for who, name in fresh.items():
                rows.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (who, b""))
                rows.execute(
                    "UPDATE names SET sealed = ? WHERE who = ? AND sealed = x''",
                    (self._seal(who, name), who),
                )
        self._noted.update(fresh)

    def name(self, who: int) -> str | None:
        """The name behind a pseudonym; None when it is not kept. Raises WatchCorrupt."""
        for row in self.book.read("SELECT sealed FROM names WHERE who = ?", (who,)):
            return self._unseal(who, row)
        return None

    def _seal(self, who: int, name: str) -> bytes:
        nonce = token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, name.encode(), _bound(who))

    def _unseal(self, who: int, row: sqlite3.Row) -> str:
        from cryptography.exceptions import InvalidTag

        sealed = bytes(row["sealed"])
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(who)).decode()
        except (InvalidTag, ValueError):
            mend = "restore it and keys/names from one backup"
            raise WatchCorrupt(
                where=self.book.path, what="a name fails its seal", mend=mend
            ) from None


def _bound(who: int) -> bytes:
    return who.to_bytes(8, "big", signed=True)
