"""What imported feeds told of the catalogue's vulnerabilities: `LAKE/advisories/feeds.json`.

One file for all feeds, replaced by one rename: readers find all of the old values or all of the
new ones. Only numbers that the catalogue knows are kept, so it stays some ten kilobytes and is
read as text that travels to other processes as it is (`Knowledge.feeds`).

    {"feeds": {"epss": {"as_of": "2026-11-23", "imported_at": ..., "source": ..., "records": ...}},
     "values": {"CVE-2014-9222": {"epss": {...}, "kev": {...}, "nvd": {...}}}}
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gatewatch.assess.evidence import Epss, Kev
from gatewatch.assess.severity import Severity
from gatewatch.model.errors import LakeCorrupt

__all__ = ["FILE", "Feed", "Told", "feeds_of", "merged", "read_feeds", "stored_feeds"]

FILE = Path("advisories") / "feeds.json"
_MOST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Feed:
    """One import of one feed."""

    as_of: str
    """The day that its data is of, as the feed itself says."""
    imported_at: str
    source: str
    records: int
    """Vulnerabilities in it."""
    known: int
    """Of them, those in the catalogue."""


@dataclass(frozen=True, slots=True)
class Told:
    """What feeds say of one vulnerability; None: nothing."""

    severity: Severity | None = None
    kev: Kev | None = None
    epss: Epss | None = None


_KINDS: Mapping[str, tuple[str, type[Any]]] = MappingProxyType(
    {"nvd": ("severity", Severity), "kev": ("kev", Kev), "epss": ("epss", Epss)}
)


def stored_feeds(lake: Path) -> str:
    """The stored text, empty when nothing was imported; raises LakeCorrupt."""
    path = lake / FILE
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST_BYTES)
        _parsed(text)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LakeCorrupt(
            where=path,
            what="is no table of advisories",
            mend='remove it, then "gatewatch advisories update" again',
        ) from error
    return text


def read_feeds(text: str) -> Mapping[str, Told]:
    """What the stored text tells, by CVE."""
    return _parsed(text)[1] if text else {}


def feeds_of(text: str) -> Mapping[str, Feed]:
    """The imports that the stored text holds, by name of the feed."""
    return _parsed(text)[0] if text else {}


def merged(
    text: str,
    name: str,
    feed: Feed,
    values: Mapping[str, Severity | Kev | Epss],
    *,
    whole: bool = True,
) -> str:
    """The stored text with what one feed tells; `whole`: in place of all that it told before."""
    stored = json.loads(text) if text else {"feeds": {}, "values": {}}
    stored["feeds"][name] = asdict(feed)
    for told in stored["values"].values() if whole else ():
        told.pop(name, None)
    for cve, value in values.items():
        stored["values"].setdefault(cve, {})[name] = asdict(value)
    stored["values"] = {cve: told for cve, told in stored["values"].items() if told}
    return json.dumps(stored, indent=1, sort_keys=True)


@cache
def _parsed(text: str) -> tuple[Mapping[str, Feed], Mapping[str, Told]]:
    stored = json.loads(text)
    feeds = {name: Feed(**feed) for name, feed in stored["feeds"].items()}
    return feeds, {cve: _told(told) for cve, told in stored["values"].items()}


def _told(told: Mapping[str, Any]) -> Told:
    return Told(**{_KINDS[name][0]: _KINDS[name][1](**value) for name, value in told.items()})
