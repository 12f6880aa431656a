"""The names that understanding may use: vendors, software, device types, roles.

Curated by people in `data/vocabulary/<list>.toml`, one line a name with its other spellings,
never generated from the fingerprints: a typing error there must not become a second vendor in
every report. A name that is not listed fails the catalogue.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from gatewatch.model.errors import CatalogueBroken

__all__ = ["LISTS", "Vocabulary", "read_vocabulary"]

LISTS = {
    "vendor": "vendors.toml",
    "software": "software.toml",
    "device.type": "device_types.toml",
    "role": "roles.toml",
}
"""Field and the file that lists its names; values of other fields are free."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of each field in `LISTS`."""

    spellings: Mapping[str, Mapping[str, str]]
    """Field, then any spelling in lower case, then the name."""

    def canonical(self, field: str, spelling: str) -> str | None:
        """The name that `spelling` (any case, or another spelling) stands for, or None."""
        return self.spellings.get(field, {}).get(spelling.casefold())

    def names(self, field: str) -> list[str]:
        """The names of `field`, sorted."""
        return sorted(set(self.spellings.get(field, {}).values()))


def read_vocabulary(folders: Sequence[Traversable]) -> Vocabulary:
    """The lists of all `folders` (the user's own first) as one; raises CatalogueBroken."""
    return Vocabulary(
        {
            field: _read_list(name, [folder.joinpath(name) for folder in folders])
            for field, name in LISTS.items()
        }
    )


def _read_list(name: str, files: Iterable[Traversable]) -> dict[str, str]:
    spellings: dict[str, str] = {}
    for file in files:
        if not file.is_file():
            continue
        for canonical, others in _entries(name, file).items():
            for spelling in dict.fromkeys((canonical.casefold(), *map(str.casefold, others))):
                known = spellings.setdefault(spelling, canonical)
                if known != canonical:
                    raise CatalogueBroken(
                        where=f"{name}: {canonical}",
                        what=f'"{spelling}" already stands for "{known}"',
                        mend="keep the spelling with one name only",
                    )
    return spellings


def _entries(name: str, file: Traversable) -> dict[str, list[str]]:
    try:
        entries = tomllib.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CatalogueBroken(where=name, what=str(error), mend="write it as TOML") from error
    for canonical, others in entries.items():
        if not isinstance(others, list) or not all(isinstance(other, str) for other in others):
            raise CatalogueBroken(
                where=f"{name}: {canonical}",
                what="other spellings are no list of texts",
                mend=f'write "{canonical}" = ["other spelling"], or [] when there is none',
            )
    return entries
