"""Countries: the code behind what people and data files call one, and the name behind a code.

Codes are ISO 3166-1 alpha-2; EU and AP (regions that registries write), XK and AN are known as
well. In columns of numbers a code is packed as first * 256 + second letter, 0 for none. The words
are data: `data/countries.toml`.
"""

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

__all__ = ["Country", "countries", "country_code", "country_name", "pack", "unpack"]

# No country's name is longer; what is longer is not worth folding.
_WORD_LIMIT = 100


class Country(NamedTuple):
    """One country, territory or region."""

    name: str
    alpha3: str | None
    aliases: tuple[str, ...]


@cache
def countries() -> Mapping[str, Country]:
    """Every known country by its code."""
    text = files("gatewatch").joinpath("data", "countries.toml").read_text(encoding="utf-8")
    return {
        code: Country(entry["name"], entry.get("alpha3"), tuple(entry["aliases"]))
        for code, entry in tomllib.loads(text).items()
    }


def country_code(text: str) -> str | None:
    """The code of the country that `text` means: IT for `it`, `ITA`, `Italy` and `italie`.

    None for what means no country, ZZ (unknown to registries) among them.
    """
    if len(text) > _WORD_LIMIT:
        return None
    return _codes().get(_folded(text))


def country_name(code: str) -> str:
    """The English name of the country with this code; the code itself when it is unknown."""
    known = countries().get(code.upper())
    return known.name if known else code


def pack(code: str | None) -> int:
    """A code of two letters A to Z as one number; 0 for none."""
    return ord(code[0]) << 8 | ord(code[1]) if code else 0


def unpack(number: int) -> str | None:
    """The code that `pack` made `number` of."""
    return chr(number >> 8) + chr(number & 255) if number else None


@cache
def _codes() -> Mapping[str, str]:
    words: dict[str, str] = {}
    for code, country in countries().items():
        for word in (country.name, *country.aliases, country.alpha3 or code):
            words[_folded(word)] = code
    # Codes last: no name or alias may hide one.
    return words | {_folded(code): code for code in countries()}


def _folded(text: str) -> str:
    """Only letters and digits, without case and accents, since a word is written many ways."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    return "".join(filter(str.isalnum, plain.strip().removeprefix("the ")))
