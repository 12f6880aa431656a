"""The tables, in the SQL that all engines share. `VERSION` counts changes of them.

Hot columns stand in `devices`; all parameters of a device are one packed row (packing.py), whose
names are shared by all devices that have the same ones.
"""

__all__ = ["APPEND_ONLY", "TABLES", "VERSION"]

VERSION = 1

APPEND_ONLY = "audit"
"""The table whose rows nobody changes."""

TABLES = (
    """CREATE TABLE IF NOT EXISTS devices (
        id TEXT PRIMARY KEY, manufacturer TEXT NOT NULL, oui TEXT NOT NULL,
        product_class TEXT NOT NULL, serial TEXT NOT NULL, root TEXT NOT NULL,
        model TEXT NOT NULL, hardware TEXT NOT NULL, software TEXT NOT NULL,
        address TEXT NOT NULL, connection_url TEXT NOT NULL, udp_address TEXT NOT NULL,
        namespace TEXT NOT NULL, first_seen BIGINT NOT NULL, last_inform BIGINT NOT NULL,
        informs BIGINT NOT NULL, events TEXT NOT NULL, fault TEXT NOT NULL, tags TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS names (
        id BIGINT PRIMARY KEY, digest {blob} NOT NULL UNIQUE, packed {blob} NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS parameters (
        device TEXT PRIMARY KEY, names BIGINT NOT NULL, digest {blob} NOT NULL,
        packed {blob} NOT NULL, moving {blob} NOT NULL, at BIGINT NOT NULL,
        changes BIGINT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS history (
        device TEXT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, packed {blob} NOT NULL,
        PRIMARY KEY (device, number))""",
    """CREATE TABLE IF NOT EXISTS tasks (
        id BIGINT PRIMARY KEY, device TEXT NOT NULL, action TEXT NOT NULL, arguments {blob},
        asked_by TEXT NOT NULL, campaign TEXT NOT NULL, created BIGINT NOT NULL,
        not_before BIGINT NOT NULL, expires BIGINT NOT NULL, state TEXT NOT NULL,
        tries BIGINT NOT NULL, finished BIGINT NOT NULL, fault TEXT NOT NULL,
        result TEXT NOT NULL, token TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS tasks_of_device ON tasks (device, state)",
    "CREATE INDEX IF NOT EXISTS tasks_by_moment ON tasks (state, created)",
    "CREATE INDEX IF NOT EXISTS tasks_of_campaign ON tasks (campaign) WHERE campaign <> ''",
    """CREATE TABLE IF NOT EXISTS claims (
        device TEXT PRIMARY KEY, owner TEXT NOT NULL, token TEXT NOT NULL,
        until BIGINT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS credentials (
        username TEXT PRIMARY KEY, device TEXT NOT NULL, created BIGINT NOT NULL,
        sealed {blob} NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS credentials_of_device ON credentials (device)",
    """CREATE TABLE IF NOT EXISTS strangers (
        source TEXT NOT NULL, claimed TEXT NOT NULL, username TEXT NOT NULL,
        first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, count BIGINT NOT NULL,
        software TEXT NOT NULL, PRIMARY KEY (source, claimed))""",
    """CREATE TABLE IF NOT EXISTS documents (
        kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, version BIGINT NOT NULL,
        updated BIGINT NOT NULL, PRIMARY KEY (kind, id))""",
    """CREATE TABLE IF NOT EXISTS files (
        sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, size BIGINT NOT NULL, version TEXT NOT NULL,
        models TEXT NOT NULL, signature TEXT NOT NULL, signer TEXT NOT NULL,
        added BIGINT NOT NULL, added_by TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS audit (
        number BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
        subject TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS layout (version BIGINT PRIMARY KEY)""",
)
