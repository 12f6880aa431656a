"""Addresses and keys of the systems that watch acts on, writes to or alerts.

They stand in one TOML file of tables, `[okta]`, `[smtp]`, `[alert.team]`, that nobody but its
owner may read; `GATEWATCH_OKTA_TOKEN` in the environment goes before `token` of `[okta]`. A value
is never shown, logged or put into an error; what is missing is named with both its places.
"""

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewatch.model.errors import AccountUnusable

__all__ = ["Account", "Accounts", "Key"]

_LIMIT = 256 * 1024
_PRINTABLE = re.compile(r"[ -~]{1,4000}")


@dataclass(frozen=True, slots=True)
class Key:
    """One value of an account; `default` None: it must be given."""

    name: str
    sentence: str
    default: str | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """The values of one table."""

    name: str
    values: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    """What has to be taken out of anything that a server says before it is shown."""

    def __getitem__(self, key: str) -> str:
        return self.values[key]


@dataclass(frozen=True, slots=True)
class Accounts:
    """The tables of one file and the environment; read with `load`."""

    path: Path | None
    tables: Mapping[str, object]
    environ: Mapping[str, str]

    @classmethod
    def load(cls, path: Path | None, environ: Mapping[str, str]) -> "Accounts":
        """Raises AccountUnusable when the file is there and others may read it, or is no TOML."""
        if path is None:
            return cls(None, {}, environ)
        try:
            with path.open("rb") as stream:
                _require_private(path, os.fstat(stream.fileno()))
                raw = stream.read(_LIMIT + 1)
        except OSError as error:
            raise _wrong(path, f"cannot be read ({error.strerror})", "give the file") from None
        try:
            if len(raw) > _LIMIT:
                raise ValueError("it is over 256 KiB")
            tables = tomllib.loads(raw.decode())
        except (ValueError, RecursionError):
            # What is wrong with it may be next to a key, so nothing of it is quoted.
            raise _wrong(path, "is not TOML", 'a table reads: [okta] token = "..."') from None
        return cls(path, tables, environ)

    def tables_of(self, name: str) -> list[str]:
        """The names of the tables `[name.X]`, sorted."""
        table = self.tables.get(name, {})
        found = table if isinstance(table, Mapping) else {}
        return sorted(key for key, value in found.items() if isinstance(value, Mapping))

    def account(self, name: str, keys: Iterable[Key]) -> Account:
        """The values of `[name]`; raises AccountUnusable: a value lacks, is unknown or no text."""
        known = {key.name: key for key in keys}
        table = self._table(name)
        for word in table.keys() - known.keys():
            mend = f"use only {', '.join(known)}"
            raise _wrong(f"{self.path} [{name}]", f'has an unknown key "{word}"', mend)
        values, secrets = {}, []
        for key in known.values():
            values[key.name] = self._value(name, key, table.get(key.name))
            if key.secret and values[key.name]:
                secrets.append(values[key.name])
        return Account(name, values, tuple(secrets))

    def value(self, name: str, key: Key) -> str:
        """One value of `[name]`, whatever else stands there; raises AccountUnusable."""
        return self._value(name, key, self._table(name).get(key.name))

    def _table(self, name: str) -> Mapping[str, object]:
        table: object = self.tables
        for part in name.split("."):
            table = table.get(part, {}) if isinstance(table, Mapping) else {}
        return table if isinstance(table, Mapping) else {}

    def _value(self, name: str, key: Key, given: object) -> str:
        variable = f"GATEWATCH_{name}_{key.name}".upper().replace("-", "_").replace(".", "_")
        value = self.environ.get(variable) or given
        if isinstance(value, bool):
            value = str(value).lower()
        elif isinstance(value, int):
            value = str(value)
        if value in (None, ""):
            value = key.default
        if value is None:
            where = self.path or "the file that the setting accounts names"
            what = f"{name} lacks {key.name} ({key.sentence})"
            raise _wrong(where, what, f"set {variable}, or {key.name} in [{name}]")
        # One printable line: a key goes into a header, and a line break would begin another one.
        if not isinstance(value, str) or (value and not _PRINTABLE.fullmatch(value)):
            mend = "write it as one line of plain characters"
            raise _wrong(f"[{name}]", f"{key.name} is no plain text", mend)
        return value


def _require_private(path: Path, about: os.stat_result) -> None:
    if stat.S_IMODE(about.st_mode) & 0o077:
        raise _wrong(path, "holds keys, and others may read it", f"chmod 600 {path}")


def _wrong(where: object, what: str, mend: str) -> AccountUnusable:
    return AccountUnusable(where=where, what=what, mend=mend)
