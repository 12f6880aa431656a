"""Which column of an unknown log means what: one small TOML file, or flags.

```toml
format = "csv"                      # or "json": one object a line, or arrays of them
delimiter = ";"                     # csv only, default ","
encoding = "windows-1252"           # csv only, default UTF-8
[columns]                           # name in the header, path in JSON, or number from 1
time = "Datum"
user = "Benutzer"
address = "IP-Adresse"
outcome = "Ergebnis"                # optional, without it each row is a success
application = "Anwendung"           # optional, as device and reference
[values]
time = "%d.%m.%Y %H:%M:%S"          # optional: how times are written (strptime)
zone = "Europe/Berlin"              # optional: of times that name none
success = ["OK"]                    # what the outcome says of a success
failure = ["Fehler"]                # everything else is passed over
```

Raises BadMapping with the place of the mistake; unknown keys are refused, never passed over.
"""

import codecs
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gatewatch.model.errors import BadMapping

__all__ = ["COLUMNS", "Mapped", "mapping_from", "read_mapping", "zone_named"]

COLUMNS = ("time", "user", "address", "outcome", "application", "device", "reference")
_NEEDED = COLUMNS[:3]
_FORMATS = ("csv", "json")
_ZONE = re.compile(r"[A-Za-z][\w+-]*(?:/[\w+-]+){0,2}", re.ASCII)
_SIZE_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Mapped:
    """How one log is read."""

    columns: Mapping[str, str | int]
    """What of COLUMNS stands where: a name, a dotted path, or a number from 1."""
    is_json: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"
    time_form: str | None = None
    zone: tzinfo | None = None
    success: frozenset[str] = frozenset()
    """Words of success, case-folded; none: whatever is no failure."""
    failure: frozenset[str] = frozenset()


def read_mapping(path: Path) -> Mapped:
    """The mapping in a TOML file; raises BadMapping."""
    try:
        with path.open("rb") as file:
            raw = tomllib.loads(file.read(_SIZE_LIMIT).decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else f"not TOML, {error}"
        raise BadMapping(where=path, what=what, mend="give a file as the guide shows it") from None
    return mapping_from(raw, str(path))


def mapping_from(raw: Mapping[str, object], where: str) -> Mapped:
    """The mapping that a table writes; raises BadMapping."""
    columns, values = raw.get("columns"), raw.get("values", {})
    if not isinstance(columns, dict) or not isinstance(values, dict):
        raise BadMapping(where=where, what="has no [columns]", mend="name time, user and address")
    _known(where, "", raw, ("format", "delimiter", "encoding", "columns", "values"))
    _known(where, "columns.", columns, COLUMNS)
    _known(where, "values.", values, ("time", "zone", "success", "failure"))
    for name in _NEEDED:
        if name not in columns:
            raise BadMapping(
                where=where,
                what=f'does not say which column is "{name}"',
                mend="add it to [columns]",
            )
    for name, place in columns.items():
        good = (isinstance(place, str) and place) or (isinstance(place, int) and 0 < place < 10_000)
        if isinstance(place, bool) or not good:
            raise BadMapping(
                where=where,
                what=f"columns.{name} is no column",
                mend="write its name, or its number from 1",
            )
    kind = raw.get("format", "csv")
    if kind not in _FORMATS:
        raise BadMapping(where=where, what="format is unknown", mend='write "csv" or "json"')
    zone = values.get("zone")
    return Mapped(
        columns,
        kind == "json",
        _delimiter(raw.get("delimiter", ","), where),
        _encoding(raw.get("encoding", "utf-8"), where),
        _word(values, "time", where),
        zone_named(str(zone), f"{where}: values.zone") if zone is not None else None,
        _folded(values.get("success", []), where),
        _folded(values.get("failure", []), where),
    )


def zone_named(name: str, where: str) -> tzinfo:
    """The time zone of this name; raises BadMapping."""
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        pass
    raise BadMapping(
        where=where, what=f'"{name}" is no time zone', mend="write Europe/Berlin, or UTC"
    )


def _known(where: str, prefix: str, found: Mapping[str, object], names: tuple[str, ...]) -> None:
    for name in found:
        if name not in names:
            raise BadMapping(
                where=where,
                what=f'"{prefix}{name}" is unknown',
                mend=f"known are {', '.join(names)}",
            )


def _delimiter(value: object, where: str) -> str:
    if isinstance(value, str) and len(value) == 1 and value not in '"\r\n':
        return value
    raise BadMapping(where=where, what="delimiter is not one character", mend='write ";" or "\\t"')


def _encoding(value: object, where: str) -> str:
    try:
        return codecs.lookup(value).name if isinstance(value, str) else codecs.lookup("").name
    except (LookupError, ValueError):
        raise BadMapping(
            where=where, what="encoding is unknown", mend='write "utf-8" or "windows-1252"'
        ) from None


def _word(values: Mapping[str, object], name: str, where: str) -> str | None:
    value = values.get(name)
    if value is None or (isinstance(value, str) and "%" in value):
        return value
    raise BadMapping(
        where=where, what=f"values.{name} is no form of times", mend='"%d.%m.%Y %H:%M"'
    )


def _folded(value: object, where: str) -> frozenset[str]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(one.casefold() for one in value)
    raise BadMapping(
        where=where, what="success and failure are lists of words", mend='write ["OK"]'
    )
