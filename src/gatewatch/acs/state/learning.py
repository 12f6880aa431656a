"""Parameters that devices told, put to what is known of each: packed anew only when it changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state.changes import Learned
from gatewatch.acs.state.database import Database
from gatewatch.acs.state.packing import (
    MOST,
    Names,
    compressed,
    decompressed,
    kept,
    packed,
    packed_changes,
    unpacked,
)
from gatewatch.acs.state.records import Parameter

__all__ = ["HISTORY", "learn"]

HISTORY = 200
"""Times of change that are kept of one device; older ones give way."""


@dataclass(slots=True)
class _Known:
    """What is stored of one device."""

    names: int = 0
    digest: bytes = b""
    moving: bytes = b""
    changes: int = 0
    parameters: dict[str, Parameter] = field(default_factory=dict)


def learn(db: Database, _: Keys, given: Sequence[Learned]) -> list[Any]:
    """See `changes.Learned`."""
    known = _stored(db, sorted({one.device for one in given}))
    ids: dict[bytes, int] = {}
    results, rows, moved, history = [], {}, {}, []
    for one in given:
        before = known[one.device]
        after = _merged(before.parameters, one)
        if before.parameters:
            names, told = packed_changes(before.parameters, after)
        else:  # there is no history of what was never known
            names, told = sorted(after), b""
        results.append(names)
        stored = packed(after)
        number = _names(db, stored.names, ids)
        if names or number != before.names:
            if names and before.names:
                before.changes += 1
                history.append((one.device, before.changes, one.at, told))
            rows[one.device] = [
                one.device, number, stored.digest, stored.values, stored.moving, one.at,
                before.changes,
            ]  # fmt: skip
        elif stored.moving != before.moving and one.device not in rows:
            moved[one.device] = [stored.moving, one.at, one.device]
        known[one.device] = _Known(number, stored.digest, stored.moving, before.changes, after)
    _store(db, list(rows.values()), list(moved.values()), history)
    return results


def _merged(before: dict[str, Parameter], told: Learned) -> dict[str, Parameter]:
    after = dict(before)
    for name, one in kept(told.parameters).items():
        old = before.get(name)
        if one.writable is None and old is not None:
            one = replace(one, writable=old.writable)
        if old is not None or len(after) < MOST:
            after[name] = one
    for name in told.gone:
        if name.endswith("."):
            for below in [one for one in after if one.startswith(name)]:
                del after[below]
        else:
            after.pop(name, None)
    return after


def _stored(db: Database, devices: list[str]) -> dict[str, _Known]:
    sql = (
        "SELECT p.names, p.digest, p.moving, p.changes, p.packed, n.packed FROM parameters p "
        "JOIN names n ON n.id = p.names WHERE p.device = ?"
    )
    found = db.each(sql, [(device,) for device in devices])
    known = {}
    for device, rows in zip(devices, found, strict=True):
        known[device] = _Known()
        for number, digest, moving, changes, values, names in rows:
            parameters = unpacked(decompressed(bytes(names)), bytes(values), bytes(moving))
            known[device] = _Known(number, bytes(digest), bytes(moving), changes, parameters)
    return known


def _names(db: Database, names: Names, ids: dict[bytes, int]) -> int:
    """The number of a list of names, which is stored once."""
    digest = names.digest
    if digest not in ids:
        rows = db.rows("SELECT id FROM names WHERE digest = ?", (digest,))
        if not rows:
            db.serialise("ids")
            rows = db.rows("SELECT id FROM names WHERE digest = ?", (digest,))
        if not rows:
            rows = db.rows(
                "INSERT INTO names (id, digest, packed) "
                "VALUES ((SELECT coalesce(max(id), 0) + 1 FROM names), ?, ?) RETURNING id",
                (digest, compressed(names.text)),
            )
        ids[digest] = int(rows[0][0])
    return ids[digest]


def _store(
    db: Database, rows: list[list[Any]], moved: list[list[Any]], history: list[tuple[Any, ...]]
) -> None:
    if rows:
        db.many(
            "INSERT INTO parameters (device, names, digest, packed, moving, at, changes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET "
            "names = excluded.names, digest = excluded.digest, packed = excluded.packed, "
            "moving = excluded.moving, at = excluded.at, changes = excluded.changes",
            rows,
        )
    if moved:
        db.many("UPDATE parameters SET moving = ?, at = ? WHERE device = ?", moved)
    if history:
        db.many(
            "INSERT INTO history (device, number, at, packed) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (device, number) DO UPDATE SET at = excluded.at, packed = excluded.packed",
            history,
        )
        db.many(
            "DELETE FROM history WHERE device = ? AND number <= ?",
            [(one[0], one[1] - HISTORY) for one in history],
        )
