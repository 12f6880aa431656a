"""How each kind of change becomes SQL; many of one kind at once, since that is what costs.

Each function takes a database inside a transaction, the keys, and changes of its kind in order;
it returns what each gives (`changes.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state import changes as all_changes
from gatewatch.acs.state.chain import START, chained
from gatewatch.acs.state.changes import (
    AddFile,
    AddTask,
    Audit,
    CancelTask,
    Claim,
    ConfirmTask,
    FinishTask,
    ForgetStranger,
    Informed,
    KeepCredential,
    KeepDocument,
    Recover,
    Release,
    RemoveCredential,
    RemoveDevice,
    RemoveDocument,
    RemoveFile,
    StartTask,
    Strange,
    Tagged,
)
from gatewatch.acs.state.database import Database
from gatewatch.acs.state.learning import learn
from gatewatch.acs.state.rows import (
    AUDIT,
    CREDENTIAL,
    DEVICE,
    DOCUMENT,
    FILE,
    STRANGER,
    TASK,
    credential_row,
    device_row,
    file_row,
)

__all__ = ["STRANGERS", "WRITERS"]

STRANGERS = 10_000
"""So many may be in quarantine at once; a flood fills no disk."""

_Write = Callable[[Database, Keys, Sequence[Any]], list[Any]]


def _marks(columns: str) -> str:
    return ", ".join("?" * (columns.count(",") + 1))


def _some(found: list[list[Sequence[Any]]]) -> list[Any]:
    """Whether each statement returned a row."""
    return [bool(rows) for rows in found]


def _claim(db: Database, _: Keys, given: Sequence[Claim]) -> list[Any]:
    sql = (
        "INSERT INTO claims (device, owner, token, until) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (device) DO UPDATE SET owner = excluded.owner, token = excluded.token, "
        "until = excluded.until WHERE claims.until <= ? OR claims.owner = excluded.owner "
        "RETURNING device"
    )
    rows = [(one.device, one.owner, one.token, one.until, one.now) for one in given]
    return _some(db.each(sql, rows))


def _recover(db: Database, _: Keys, given: Sequence[Recover]) -> list[Any]:
    """Whether the device obeyed is not known; as after a lost connection, it is asked again."""
    sql = (
        "UPDATE tasks SET state = 'waiting', token = '', not_before = ?, fault = 'interrupted' "
        "WHERE device = ? AND state = 'running' AND token <> ? AND EXISTS (SELECT 1 FROM claims "
        "WHERE claims.device = tasks.device AND claims.token = ?) RETURNING id"
    )
    rows = [(one.not_before, one.device, one.token, one.token) for one in given]
    return [len(found) for found in db.each(sql, rows)]


def _release(db: Database, _: Keys, given: Sequence[Release]) -> list[Any]:
    sql = "DELETE FROM claims WHERE device = ? AND token = ? RETURNING device"
    return _some(db.each(sql, [(one.device, one.token) for one in given]))


_INFORMED = (
    f"INSERT INTO devices ({DEVICE}) VALUES ({_marks(DEVICE)}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(
        f"{name} = excluded.{name}"
        for name in (
            "manufacturer", "oui", "product_class", "serial", "root", "hardware", "software",
            "address", "namespace", "last_inform", "events",
        )
    )
    + ", "
    + ", ".join(
        f"{name} = CASE WHEN excluded.{name} = '' THEN devices.{name} ELSE excluded.{name} END"
        for name in ("model", "connection_url", "udp_address")
    )
    + ", fault = CASE excluded.fault WHEN '' THEN devices.fault WHEN '-' THEN '' "
    "ELSE excluded.fault END, informs = devices.informs + 1 RETURNING informs"
)  # fmt: skip


def _informed(db: Database, _: Keys, given: Sequence[Informed]) -> list[Any]:
    found = db.each(_INFORMED, [device_row(one.device) for one in given])
    return [rows[0][0] == 1 for rows in found]


def _add_task(db: Database, keys: Keys, given: Sequence[AddTask]) -> list[Any]:
    db.serialise("ids")
    first = int(db.rows("SELECT coalesce(max(id), 0) + 1 FROM tasks")[0][0])
    rows = []
    for number, add in enumerate(given, first):
        one = add.task
        sealed = keys.seal(one.arguments, f"task of {one.device}")
        rows.append(
            [
                number, one.device, one.action, sealed, one.by, one.campaign, one.created,
                one.not_before, one.expires, str(one.state), 0, 0, "", "",
            ]
        )  # fmt: skip
    db.many(f"INSERT INTO tasks ({TASK}, token) VALUES ({_marks(TASK)}, '')", rows)
    return [row[0] for row in rows]


def _start_task(db: Database, _: Keys, given: Sequence[StartTask]) -> list[Any]:
    """Only for who holds the device: a session that lost it sends nothing more."""
    sql = (
        "UPDATE tasks SET state = 'running', token = ?, tries = tries + 1 WHERE id = ? "
        "AND state = 'waiting' AND EXISTS (SELECT 1 FROM claims WHERE claims.device = tasks.device "
        "AND claims.token = ? AND claims.until > ?) RETURNING id"
    )
    return _some(db.each(sql, [(one.token, one.id, one.token, one.now) for one in given]))


def _finish_task(db: Database, _: Keys, given: Sequence[FinishTask]) -> list[Any]:
    # What is done holds secrets no longer.
    sql = (
        "UPDATE tasks SET state = ?, finished = ?, fault = ?, result = ?, not_before = ?, "
        "arguments = CASE WHEN ? = 'waiting' THEN arguments ELSE NULL END, token = '' "
        "WHERE id = ? AND state = 'running' AND token = ? RETURNING id"
    )
    return _some(
        db.each(
            sql,
            [
                (str(one.state), one.at, one.fault, one.result, one.not_before, str(one.state),
                 one.id, one.token)
                for one in given
            ],
        )
    )  # fmt: skip


def _cancel_task(db: Database, _: Keys, given: Sequence[CancelTask]) -> list[Any]:
    sql = (
        "UPDATE tasks SET state = 'cancelled', finished = ?, fault = ?, arguments = NULL "
        "WHERE id = ? AND state IN ('waiting', 'proposed') RETURNING id"
    )
    return _some(db.each(sql, [(one.at, one.why, one.id) for one in given]))


def _confirm_task(db: Database, _: Keys, given: Sequence[ConfirmTask]) -> list[Any]:
    sql = (
        "UPDATE tasks SET state = 'waiting', created = ? WHERE id = ? AND state = 'proposed' "
        "RETURNING id"
    )
    return _some(db.each(sql, [(one.at, one.id) for one in given]))


def _keep_credential(db: Database, keys: Keys, given: Sequence[KeepCredential]) -> list[Any]:
    sql = (
        f"INSERT INTO credentials ({CREDENTIAL}) VALUES ({_marks(CREDENTIAL)}) "
        "ON CONFLICT (username) DO UPDATE SET device = excluded.device, "
        "created = excluded.created, sealed = excluded.sealed"
    )
    db.many(sql, [credential_row(one.credential, keys) for one in given])
    return [None] * len(given)


def _remove_credential(db: Database, _: Keys, given: Sequence[RemoveCredential]) -> list[Any]:
    sql = "DELETE FROM credentials WHERE username = ? RETURNING username"
    return _some(db.each(sql, [(one.username,) for one in given]))


def _strange(db: Database, _: Keys, given: Sequence[Strange]) -> list[Any]:
    db.serialise("ids")
    room = STRANGERS - int(db.rows("SELECT count(*) FROM strangers")[0][0])
    known = (
        "UPDATE strangers SET last_seen = ?, count = count + 1, software = ?, username = ? "
        "WHERE source = ? AND claimed = ? RETURNING count"
    )
    new = f"INSERT INTO strangers ({STRANGER}) VALUES ({_marks(STRANGER)})"
    noted = []
    for change in given:
        one = change.stranger
        values = (one.last_seen, one.software, one.username, one.source, one.claimed)
        if db.rows(known, values):
            noted.append(True)
            continue
        if room > 0:
            room -= 1
            db.rows(
                new,
                (one.source, one.claimed, one.username, one.first_seen, one.last_seen, one.count,
                 one.software),
            )  # fmt: skip
            noted.append(True)
        else:
            noted.append(False)
    return noted


def _forget_stranger(db: Database, _: Keys, given: Sequence[ForgetStranger]) -> list[Any]:
    sql = "DELETE FROM strangers WHERE source = ? AND claimed = ? RETURNING source"
    return _some(db.each(sql, [(one.source, one.claimed) for one in given]))


def _tagged(db: Database, _: Keys, given: Sequence[Tagged]) -> list[Any]:
    sql = "UPDATE devices SET tags = ? WHERE id = ? RETURNING id"
    return _some(db.each(sql, [("\n".join(one.tags), one.device) for one in given]))


def _remove_device(db: Database, _: Keys, given: Sequence[RemoveDevice]) -> list[Any]:
    ids = [(one.device,) for one in given]
    for table in ("parameters", "history", "tasks", "claims", "credentials"):
        db.many(f"DELETE FROM {table} WHERE device = ?", ids)
    return _some(db.each("DELETE FROM devices WHERE id = ? RETURNING id", ids))


def _keep_document(db: Database, _: Keys, given: Sequence[KeepDocument]) -> list[Any]:
    new = (
        f"INSERT INTO documents ({DOCUMENT}) VALUES ({_marks(DOCUMENT)}) "
        "ON CONFLICT (kind, id) DO NOTHING RETURNING id"
    )
    next_ = (
        "UPDATE documents SET body = ?, version = version + 1, updated = ? "
        "WHERE kind = ? AND id = ? AND version = ? RETURNING id"
    )
    done: list[Any] = []
    for change in given:
        one = change.document
        if one.version == 0:
            rows = db.rows(new, (one.kind, one.id, one.body, 1, one.updated))
        else:
            rows = db.rows(next_, (one.body, one.updated, one.kind, one.id, one.version))
        done.append(bool(rows))
    return done


def _remove_document(db: Database, _: Keys, given: Sequence[RemoveDocument]) -> list[Any]:
    sql = "DELETE FROM documents WHERE kind = ? AND id = ? RETURNING id"
    return _some(db.each(sql, [(one.kind, one.id) for one in given]))


def _add_file(db: Database, _: Keys, given: Sequence[AddFile]) -> list[Any]:
    rest = FILE.split(", ")[1:]
    sql = (
        f"INSERT INTO files ({FILE}) VALUES ({_marks(FILE)}) ON CONFLICT (sha256) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in rest)
    )
    db.many(sql, [file_row(one.file) for one in given])
    return [None] * len(given)


def _remove_file(db: Database, _: Keys, given: Sequence[RemoveFile]) -> list[Any]:
    sql = "DELETE FROM files WHERE sha256 = ? RETURNING sha256"
    return _some(db.each(sql, [(one.sha256,) for one in given]))


def _audit(db: Database, keys: Keys, given: Sequence[Audit]) -> list[Any]:
    db.serialise("audit")
    last = db.rows("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
    number, before = last[0] if last else (0, START)
    entries = []
    for change in given:
        number += 1
        entries.append(chained(change.entry, number, before, keys))
        before = entries[-1].hash
    db.many(
        f"INSERT INTO audit ({AUDIT}) VALUES ({_marks(AUDIT)})",
        [
            (one.at, one.actor, one.action, one.subject, one.detail, one.number, one.hash)
            for one in entries
        ],
    )
    return [one.number for one in entries]


WRITERS: Mapping[type, _Write] = {
    # The order in which kinds of change are made within one transaction: what a session has to
    # say comes before its release, and a release before the claim of the next session.
    RemoveDevice: _remove_device,
    Informed: _informed,
    all_changes.Learned: learn,
    FinishTask: _finish_task,
    CancelTask: _cancel_task,
    ConfirmTask: _confirm_task,
    AddTask: _add_task,
    StartTask: _start_task,
    RemoveCredential: _remove_credential,
    KeepCredential: _keep_credential,
    ForgetStranger: _forget_stranger,
    Strange: _strange,
    Tagged: _tagged,
    RemoveDocument: _remove_document,
    KeepDocument: _keep_document,
    RemoveFile: _remove_file,
    AddFile: _add_file,
    Audit: _audit,
    Release: _release,
    Claim: _claim,
    Recover: _recover,
}
