"""`State` over any `Database`: questions on one connection, changes on another."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state.changes import Change
from gatewatch.acs.state.database import Database, Row
from gatewatch.acs.state.packing import decompressed, unpacked, unpacked_changes
from gatewatch.acs.state.records import (
    AuditEntry,
    Credential,
    Device,
    Document,
    File,
    HistoryEntry,
    Parameter,
    Stranger,
    Task,
)
from gatewatch.acs.state.rows import (
    AUDIT,
    CREDENTIAL,
    DEVICE,
    DOCUMENT,
    FILE,
    STRANGER,
    TASK,
    audit_of,
    credential_of,
    device_of,
    document_of,
    file_of,
    stranger_of,
    task_of,
)
from gatewatch.acs.state.tables import APPEND_ONLY, TABLES, VERSION
from gatewatch.acs.state.writing import WRITERS
from gatewatch.model.errors import StateUnusable

__all__ = ["ORDER", "SqlState"]

ORDER = tuple(WRITERS)
"""Kinds of change in the order in which one transaction makes them."""
_PAGE = 1000


class SqlState:
    """See `State`."""

    def __init__(self, reading: Database, writing: Database, keys: Keys) -> None:
        """Makes the tables where they are missing; raises StateUnusable for newer ones."""
        self._reading, self._writing, self._keys = reading, writing, keys
        self._asking, self._changing = threading.Lock(), threading.Lock()
        writing.define(TABLES)
        writing.append_only(APPEND_ONLY)
        with writing.transaction():
            writing.many(
                "INSERT INTO layout (version) VALUES (?) ON CONFLICT (version) DO NOTHING",
                [(VERSION,)],
            )
            newest = int(writing.rows("SELECT max(version) FROM layout")[0][0])
        if newest > VERSION:
            raise StateUnusable(
                where="state",
                what=f"its layout is of version {newest}, and this gatewatch knows {VERSION}",
                mend="use the newer gatewatch",
            )

    def apply(self, changes: Sequence[Change]) -> list[Any]:
        """See `State`."""
        kinds: dict[type, list[int]] = {}
        for place, change in enumerate(changes):
            kinds.setdefault(type(change), []).append(place)
        results: list[Any] = [None] * len(changes)
        with self._changing, self._writing.transaction():
            for kind, write in WRITERS.items():
                if places := kinds.get(kind):
                    given = write(self._writing, self._keys, [changes[place] for place in places])
                    for place, result in zip(places, given, strict=True):
                        results[place] = result
        return results

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._asking:
            return self._reading.rows(sql, values)

    def _pages(self, columns: str, table: str, kind: str, after: str) -> Iterator[Row]:
        """All rows of a table by id, some at a time: nobody holds a connection for long."""
        condition = "kind = ? AND id > ?" if kind else "id > ?"
        sql = f"SELECT {columns} FROM {table} WHERE {condition} ORDER BY id LIMIT {_PAGE}"
        place = columns.split(", ").index("id")
        while rows := self._rows(sql, (kind, after) if kind else (after,)):
            yield from rows
            after = rows[-1][place]

    def device(self, id_: str) -> Device | None:
        """See `State`."""
        rows = self._rows(f"SELECT {DEVICE} FROM devices WHERE id = ?", (id_,))
        return device_of(rows[0]) if rows else None

    def devices(self, after: str = "", limit: int = 0) -> Iterator[Device]:
        """See `State`."""
        for count, row in enumerate(self._pages(DEVICE, "devices", "", after), 1):
            yield device_of(row)
            if count == limit:
                return

    def count_devices(self) -> int:
        """See `State`."""
        return int(self._rows("SELECT count(*) FROM devices")[0][0])

    def parameters(self, device: str) -> Mapping[str, Parameter]:
        """See `State`."""
        rows = self._rows(
            "SELECT n.packed, p.packed, p.moving FROM parameters p "
            "JOIN names n ON n.id = p.names WHERE p.device = ?",
            (device,),
        )
        if not rows:
            return {}
        names, values, moving = (bytes(blob) for blob in rows[0])
        return unpacked(decompressed(names), values, moving)

    def history(self, device: str, limit: int = 1000) -> list[HistoryEntry]:
        """See `State`."""
        found: list[HistoryEntry] = []
        rows = self._rows(
            "SELECT at, packed FROM history WHERE device = ? ORDER BY number DESC", (device,)
        )
        for at, blob in rows:
            found += [HistoryEntry(at, *one) for one in unpacked_changes(bytes(blob))]
            if len(found) >= limit:
                break
        return found[:limit]

    def task(self, id_: int) -> Task | None:
        """See `State`."""
        rows = self._rows(f"SELECT {TASK} FROM tasks WHERE id = ?", (id_,))
        return task_of(rows[0], self._keys) if rows else None

    def tasks(
        self, device: str = "", states: Sequence[str] = (), campaign: str = "", limit: int = 1000
    ) -> list[Task]:
        """See `State`."""
        conditions, values = ["1 = 1"], list[Any]()
        for column, value in (("device", device), ("campaign", campaign)):
            if value:
                conditions.append(f"{column} = ?")
                values.append(value)
        if states:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            values += [str(state) for state in states]
        sql = f"SELECT {TASK} FROM tasks WHERE {' AND '.join(conditions)} ORDER BY id LIMIT ?"
        return self._tasks(sql, [*values, limit])

    def due(self, device: str, now: int) -> list[Task]:
        """See `State`."""
        sql = (
            f"SELECT {TASK} FROM tasks WHERE device = ? AND state = 'waiting' "
            "AND not_before <= ? AND (expires = 0 OR expires > ?) ORDER BY id LIMIT 100"
        )
        return self._tasks(sql, (device, now, now))

    def waiting_since(self, moment: int) -> list[tuple[int, str]]:
        """See `State`."""
        sql = (
            "SELECT created, device FROM tasks WHERE state = 'waiting' AND created > ? "
            "ORDER BY created LIMIT 10000"
        )
        return [(int(row[0]), str(row[1])) for row in self._rows(sql, (moment,))]

    def interrupted(self, device: str, token: str) -> list[Task]:
        """See `State`."""
        sql = (
            f"SELECT {TASK} FROM tasks WHERE device = ? AND state = 'running' AND token <> ? "
            "ORDER BY id LIMIT 100"
        )
        return self._tasks(sql, (device, token))

    def _tasks(self, sql: str, values: Sequence[Any]) -> list[Task]:
        return [task_of(row, self._keys) for row in self._rows(sql, values)]

    def credential(self, username: str) -> Credential | None:
        """See `State`."""
        sql = f"SELECT {CREDENTIAL} FROM credentials WHERE username = ?"
        rows = self._rows(sql, (username,))
        return credential_of(rows[0], self._keys) if rows else None

    def credentials(self, device: str) -> list[Credential]:
        """See `State`."""
        sql = f"SELECT {CREDENTIAL} FROM credentials WHERE device = ? ORDER BY created DESC"
        return [credential_of(row, self._keys) for row in self._rows(sql, (device,))]

    def strangers(self, limit: int = 1000) -> list[Stranger]:
        """See `State`."""
        sql = f"SELECT {STRANGER} FROM strangers ORDER BY last_seen DESC LIMIT ?"
        return [stranger_of(row) for row in self._rows(sql, (limit,))]

    def document(self, kind: str, id_: str) -> Document | None:
        """See `State`."""
        sql = f"SELECT {DOCUMENT} FROM documents WHERE kind = ? AND id = ?"
        rows = self._rows(sql, (kind, id_))
        return document_of(rows[0]) if rows else None

    def documents(self, kind: str) -> Iterator[Document]:
        """See `State`."""
        return map(document_of, self._pages(DOCUMENT, "documents", kind, ""))

    def file(self, sha256: str) -> File | None:
        """See `State`."""
        rows = self._rows(f"SELECT {FILE} FROM files WHERE sha256 = ?", (sha256,))
        return file_of(rows[0]) if rows else None

    def files(self) -> list[File]:
        """See `State`."""
        return [
            file_of(row)
            for row in self._rows(f"SELECT {FILE} FROM files ORDER BY name, version, sha256")
        ]

    def audit(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """See `State`."""
        sql = f"SELECT {AUDIT} FROM audit WHERE number > ? ORDER BY number LIMIT ?"
        return [audit_of(row) for row in self._rows(sql, (after, limit))]

    def close(self) -> None:
        """See `State`."""
        with self._asking, self._changing:
            self._reading.close()
            self._writing.close()
