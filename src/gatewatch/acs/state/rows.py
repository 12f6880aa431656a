"""Records to rows and back: one place that knows the order of columns."""

import json
from typing import Any

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state.database import Row
from gatewatch.acs.state.records import (
    AuditEntry,
    Credential,
    Device,
    Document,
    File,
    Stranger,
    Task,
    TaskState,
)

__all__ = [
    "AUDIT",
    "CREDENTIAL",
    "DEVICE",
    "DOCUMENT",
    "FILE",
    "STRANGER",
    "TASK",
    "audit_of",
    "credential_of",
    "credential_row",
    "device_of",
    "device_row",
    "document_of",
    "file_of",
    "file_row",
    "stranger_of",
    "task_of",
    "words",
]

DEVICE = (
    "id, manufacturer, oui, product_class, serial, root, model, hardware, software, address, "
    "connection_url, udp_address, namespace, first_seen, last_inform, informs, events, fault, tags"
)
TASK = (
    "id, device, action, arguments, asked_by, campaign, created, not_before, expires, state, "
    "tries, finished, fault, result"
)
CREDENTIAL = "username, device, created, sealed"
STRANGER = "source, claimed, username, first_seen, last_seen, count, software"
DOCUMENT = "kind, id, body, version, updated"
FILE = "sha256, name, size, version, models, signature, signer, added, added_by"
AUDIT = "at, actor, action, subject, detail, number, hash"

_BETWEEN = "\n"


def words(text: str) -> tuple[str, ...]:
    """A list that is stored as lines."""
    return tuple(text.split(_BETWEEN)) if text else ()


def device_row(one: Device) -> list[Any]:
    """In the order of DEVICE; a new device's counters start here."""
    return [
        one.id, one.manufacturer, one.oui, one.product_class, one.serial, one.root, one.model,
        one.hardware, one.software, one.address, one.connection_url, one.udp_address,
        one.namespace, one.last_inform, one.last_inform, 1, _BETWEEN.join(one.events), one.fault,
        _BETWEEN.join(one.tags),
    ]  # fmt: skip


def device_of(row: Row) -> Device:
    """The other way."""
    return Device(*[*row[:16], words(row[16]), row[17], words(row[18])])


def task_of(row: Row, keys: Keys) -> Task:
    """A task with its arguments opened."""
    arguments = keys.unseal(bytes(row[3]), f"task of {row[1]}") if row[3] else "{}"
    id_, device, action, _, by, campaign, created, not_before, expires, state, *rest = row
    asked = (id_, device, action, arguments, by, campaign, created, not_before, expires)
    return Task(*asked, TaskState(state), *rest)


def credential_row(one: Credential, keys: Keys) -> list[Any]:
    """In the order of CREDENTIAL."""
    secrets = json.dumps([one.secret, one.connection_username, one.connection_password, one.used])
    return [one.username, one.device, one.created, keys.seal(secrets, f"user {one.username}")]


def credential_of(row: Row, keys: Keys) -> Credential:
    """The other way."""
    secret, name, password, used = json.loads(keys.unseal(bytes(row[3]), f"user {row[0]}"))
    return Credential(row[0], secret, row[1], row[2], name, password, used)


def stranger_of(row: Row) -> Stranger:
    """From the order of STRANGER."""
    return Stranger(*row)


def document_of(row: Row) -> Document:
    """From the order of DOCUMENT."""
    return Document(*row)


def file_row(one: File) -> list[Any]:
    """In the order of FILE."""
    return [
        one.sha256, one.name, one.size, one.version, _BETWEEN.join(one.models), one.signature,
        one.signer, one.added, one.by,
    ]  # fmt: skip


def file_of(row: Row) -> File:
    """The other way."""
    sha256, name, size, version, models, signature, signer, added, by = row
    return File(sha256, name, size, version, words(models), signature, signer, added, by)


def audit_of(row: Row) -> AuditEntry:
    """From the order of AUDIT."""
    return AuditEntry(*row)
