"""How much a file, or the system that is to read it, can hold.

A system is one file, `data/targets/<name>.toml`; the folder is the list. Firewalls cut lists
that are too long without a word, so what does not fit is split or refused before they see it.
"""

from dataclasses import dataclass
from functools import cache

from gatewatch.model.knowledge import Entry, folders, load_toml, toml_files

__all__ = ["Limit", "Target", "targets"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What fits."""

    entries: int
    """In one file."""
    because: str
    """Whose limit it is, as the end of a sentence."""
    total: int | None = None
    """In all files together; None: as many files as it takes."""
    apart: bool = False
    """No file holds both IPv4 and IPv6."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system that reads lists of addresses or networks."""

    name: str
    sentence: str
    limit: Limit


@cache
def targets() -> dict[str, Target]:
    """Every system by name, sorted; raises CatalogueBroken."""
    (ours,) = folders(None)
    found = {}
    for file in toml_files(ours.joinpath("targets")):
        name = file.name.removesuffix(".toml")
        found[name] = _target(name, Entry(file.name, load_toml(file)))
    return found


def _target(name: str, entry: Entry) -> Target:
    entry.keys(frozenset({"sentence", "entries", "total", "apart", "source"}))
    total = entry.number("total") if "total" in entry.table else None
    limit = Limit(
        entry.number("entries"),
        entry.text("source"),
        total,
        apart=entry.table.get("apart") is True,
    )
    if limit.entries < 1 or (total is not None and total < limit.entries):
        raise entry.wrong("holds less in all than in one list", "give entries, and total above it")
    return Target(name, entry.text("sentence"), limit)
