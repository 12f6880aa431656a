"""Words that fields know: what people call a value, and the value that is stored.

Countries have names and codes (Italy, ITA, IT), vendors, software, types and roles have other
spellings in `data/vocabulary`. Fields that are `closed` have no other values at all.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gatewatch.enrich.countries import countries, country_code
from gatewatch.identify.vocabulary import LISTS, Vocabulary, read_vocabulary
from gatewatch.model.fields import FIELDS, Field
from gatewatch.model.knowledge import folders
from gatewatch.model.observation import Mark, Outcome, Spoke
from gatewatch.protocol.head import ODDITIES

__all__ = ["Meant", "meant", "values_of"]

_CODE_LENGTH = 2
_CLOSED: dict[str, tuple[str, ...]] = {
    "spoke": tuple(Spoke),
    "outcome": tuple(Outcome),
    "oddities": tuple(ODDITIES),
    "marks": tuple(Mark),
}


class Meant(NamedTuple):
    """What a word means in a field."""

    value: str | None
    """As it is stored; None: a closed field has no such value."""
    near: str = ""
    """When the word is unknown: one that its writer may have meant."""


def meant(entry: Field, word: str, overlay: Path | None = None) -> Meant:
    """The stored value behind `word`; of a field without a list, the word itself."""
    if entry.name == "country":
        return _country(word)
    known = _spellings(entry.name, overlay)
    if not known:
        return Meant(word)
    found = known.get(word.casefold())
    if found is not None:
        return Meant(found)
    near = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    return Meant(None if entry.closed else word, known[near[0]] if near else "")


def values_of(entry: Field, overlay: Path | None = None) -> list[str]:
    """The values that a field is known to take, sorted; none for a field of free text."""
    if entry.name == "country":
        return sorted(countries())
    return sorted(set(_spellings(entry.name, overlay).values()))


def _country(word: str) -> Meant:
    code = country_code(word)
    if code is not None:
        return Meant(code)
    if len(word) == _CODE_LENGTH and word.isascii() and word.isalpha():
        # A source may write a code that we do not know.
        return Meant(word.upper(), "no country")
    names = {one.name.casefold(): code for code, one in countries().items()}
    near = get_close_matches(word.casefold()[:100], names, n=1, cutoff=0.6)
    if not near:
        return Meant(None)
    code = names[near[0]]
    return Meant(None, f"{countries()[code].name} ({code})")


@cache
def _spellings(name: str, overlay: Path | None) -> Mapping[str, str]:
    if name in _CLOSED:
        return {str(one).casefold(): str(one) for one in _CLOSED[name]}
    if name in LISTS and name in FIELDS:
        return _vocabulary(overlay).spellings[name]
    return {}


@cache
def _vocabulary(overlay: Path | None) -> Vocabulary:
    return read_vocabulary([root.joinpath("vocabulary") for root in folders(overlay)])
