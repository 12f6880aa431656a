"""The catalogue: every known vulnerability and weakness, read from data, with imported feeds.

`catalogue()` reads `data/advisories/*.toml` and `data/weaknesses/*.toml` on first use. A user's
own folder of the same layout is read first and never written: a file there of the same name
replaces ours. What was imported by `gatewatch advisories update` overrides severity, EPSS and KEV
of the entries. What is wrong raises CatalogueBroken, which names file, entry and mend.

`catalogue_id()` changes whenever any of these bytes, or the code of this room, changes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from gatewatch.assess.conditions import KEYS, FieldReader, Pattern
from gatewatch.assess.entries import Advisory, Case
from gatewatch.assess.reading import read_advisory, read_weakness
from gatewatch.assess.tables import Told, read_feeds
from gatewatch.model.knowledge import (
    OURS,
    Knowledge,
    code_of,
    folders,
    load_toml,
    toml_files,
    version_of,
)

__all__ = ["Catalogue", "catalogue", "catalogue_id"]

_FOLDERS = {"advisories": read_advisory, "weaknesses": read_weakness}
_CODE = ("assess", "assess/schemes", "assess/feeds")
# A case is looked up by the first of these that it asks for by whole words.
_ANCHORS = ("model", "software", "realm", "vendor", "role", "status", "auth.scheme", "device.type")


class Catalogue:
    """All entries, and which of them a value calls for; compared by identity."""

    def __init__(self, entries: Mapping[str, Advisory]) -> None:
        self.entries = entries
        """By id, sorted."""
        self.readers: dict[str, FieldReader] = {}
        """For each key that some case asks for."""
        self._by_anchor: dict[tuple[str, Pattern], list[Advisory]] = defaultdict(list)
        self._always: list[Advisory] = []
        asked: dict[str, list[Pattern]] = defaultdict(list)
        for entry in entries.values():
            for case in entry.cases:
                for name, patterns in (*case.when, *case.unless):
                    asked[name] += patterns
                self._index(entry, case)
        self.readers = {name: FieldReader(asked[name]) for name in KEYS if name in asked}

    def calling(self, matched: Mapping[str, tuple[Pattern, ...]]) -> Iterator[Advisory]:
        """The entries that may apply where these patterns matched, each once."""
        called = {id(entry): entry for entry in self._always}
        for name, patterns in matched.items():
            for pattern in patterns:
                for entry in self._by_anchor.get((name, pattern), ()):
                    called[id(entry)] = entry
        yield from called.values()

    def _index(self, entry: Advisory, case: Case) -> None:
        asked = dict(case.when)
        anchor = next((name for name in _ANCHORS if name in asked), None)
        if anchor is None:
            self._always.append(entry)
            return
        for pattern in asked[anchor]:
            self._by_anchor[anchor, pattern].append(entry)


@cache
def catalogue(knowledge: Knowledge = OURS) -> Catalogue:
    """The catalogue with the entries and feeds of `knowledge`; raises CatalogueBroken."""
    found: dict[str, Advisory] = {}
    for root in folders(knowledge.overlay):
        for folder, read in _FOLDERS.items():
            for file in toml_files(root.joinpath(folder)):
                entry = read(load_toml(file), file.name)
                found.setdefault(entry.id, entry)
    feeds = read_feeds(knowledge.feeds)
    return Catalogue({name: _informed(found[name], feeds) for name in sorted(found)})


@cache
def catalogue_id(knowledge: Knowledge = OURS) -> str:
    """16 hex digits that stand for this knowledge and this code, the same on every machine."""
    return version_of(_versioned(knowledge))


def _versioned(knowledge: Knowledge) -> Iterator[tuple[str, bytes]]:
    for root in folders(knowledge.overlay):
        for folder in _FOLDERS:
            for file in toml_files(root.joinpath(folder)):
                yield f"{folder}/{file.name}", file.read_bytes()
    yield "feeds", knowledge.feeds.encode()
    yield from code_of(*_CODE)


def _informed(entry: Advisory, feeds: Mapping[str, Told]) -> Advisory:
    """The entry with what feeds tell of its number, of the first of its numbers they know."""
    told = next((feeds[cve] for cve in entry.cves if cve in feeds), None)
    if told is None:
        return entry
    return replace(
        entry,
        severity=told.severity or entry.severity,
        kev=told.kev or entry.kev,
        epss=told.epss or entry.epss,
    )
