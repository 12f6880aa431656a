"""Knowledge written by hand: TOML files of ours and of a user's own folder, checked as they load.

What is wrong raises CatalogueBroken, which names file, entry and mend.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from gatewatch.model.errors import CatalogueBroken

__all__ = [
    "OURS",
    "Entry",
    "Knowledge",
    "code_of",
    "folders",
    "load_toml",
    "toml_files",
    "version_of",
]


class Knowledge(NamedTuple):
    """What answers are understood by, besides what gatewatch brings; travels as it is."""

    overlay: Path | None = None
    """A user's own folder of fingerprints, advisories and weaknesses."""
    feeds: str = ""
    """What was imported of advisories, as `assess.tables` writes it."""


OURS = Knowledge()
"""What gatewatch brings, alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Takes values out of one table; what is missing or of a wrong kind names the entry."""

    where: str
    table: Mapping[str, object]

    def wrong(self, what: str, mend: str) -> CatalogueBroken:
        """The error to raise about this entry."""
        return CatalogueBroken(where=self.where, what=what, mend=mend)

    def keys(self, known: frozenset[str]) -> None:
        """Raises when there is any other key."""
        for key in self.table.keys() - known:
            raise self.wrong(f'unknown key "{key}"', f"use only {', '.join(sorted(known))}")

    def text(self, key: str) -> str:
        """A text that is not blank."""
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"no {key}", f"add {key} as a text")
        return value

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts; empty when there is none."""
        value = self.table.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise self.wrong(f"{key} is no table of texts", f"write {key} = {{ name = 'text' }}")
        return value

    def items(self, key: str) -> list[object]:
        """A list; empty when there is none."""
        value = self.table.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"{key} is no list", f"write {key} = [ ... ]")
        return value

    def share(self, key: str) -> float:
        """A number above 0, up to 1."""
        value = self.table.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise self.wrong(f"{key} is {value}", f"give {key} as a number above 0, up to 1")
        return float(value)

    def number(self, key: str) -> int:
        """A whole number."""
        value = self.table.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(f"{key} is {value}", f"give {key} as a whole number")
        return value


def folders(overlay: Path | None) -> list[Traversable]:
    """The folders that hold knowledge, the user's own first; raises CatalogueBroken."""
    ours = files("gatewatch").joinpath("data")
    if overlay is None:
        return [ours]
    if not overlay.is_dir():
        raise CatalogueBroken(
            where=overlay,
            what="is no folder",
            mend="make it, with fingerprints/ and vocabulary/ inside, or leave the setting out",
        )
    return [overlay, ours]


def toml_files(folder: Traversable) -> list[Traversable]:
    """The TOML files of a folder, which may be missing, sorted by name."""
    if not folder.is_dir():
        return []
    found = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda file: file.name)


def load_toml(file: Traversable) -> dict[str, object]:
    """The content of one file; raises CatalogueBroken."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CatalogueBroken(
            where=file.name, what=str(error), mend="write it as TOML in UTF-8"
        ) from error


def code_of(*rooms: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each module of these rooms, for `version_of`."""
    for room in rooms:
        folder = files("gatewatch").joinpath(room)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".py"):
                yield f"{room}/{file.name}", file.read_bytes()


def version_of(parts: Iterable[tuple[str, bytes]]) -> str:
    """16 hex digits that stand for these names and bytes, the same on every machine."""
    digest = sha256()
    for name, content in parts:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
