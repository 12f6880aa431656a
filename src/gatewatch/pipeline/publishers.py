"""Who publishes the network tables that a user chose: `[networks.<name>]` in the settings.

    [networks.asn]
    url = "https://..."       where `geo update` fetches it
    format = "iptoasn"        refuse anything else; else the content tells
    sha256 = "..."            what the file must have, for one that never changes
    checksum = "https://..."  a list of digests (MD5, SHA-256 or SHA-512) that its publisher keeps
    licence = "..."           the notice that its terms of use ask for, where the file has none

Nothing is known of any publisher: the addresses are the user's.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from gatewatch.enrich.sources import is_table_name
from gatewatch.pipeline.fetch import check_url, is_digest

__all__ = ["Publisher", "publishers"]

_MOST = 100
_WORDS = ("url", "format", "sha256", "checksum", "licence")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where one table comes from."""

    name: str
    url: str
    format: str | None = None
    sha256: str | None = None
    checksum: str | None = None
    licence: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """Another one when any word of it changes; tells nothing of a key in it."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


def publishers(tables: Mapping[str, object]) -> tuple[Publisher, ...]:
    """Those that the settings name, in their order; raises ValueError with the reason."""
    if len(tables) > _MOST:
        raise ValueError(f"there are more than {_MOST}")
    return tuple(_publisher(name, told) for name, told in tables.items())


def _publisher(name: str, told: object) -> Publisher:
    if not is_table_name(name):
        raise ValueError(f'"{name}" cannot name a table: small letters, digits, dots and hyphens')
    if not isinstance(told, Mapping):
        raise ValueError(f'write [networks.{name}] and below it url = "https://..."')
    for word, value in told.items():
        if word not in _WORDS:
            raise ValueError(f'{name}: there is no "{word}"; there are {", ".join(_WORDS)}')
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name}: {word} is no text")
    if "url" not in told:
        raise ValueError(f'{name}: url = "https://..." is missing')
    found = Publisher(name, **{word: value.strip() for word, value in told.items()})
    try:
        _check(found)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return found


def _check(one: Publisher) -> None:
    from gatewatch.enrich.read import readers

    check_url(one.url, one.sha256)
    if one.checksum:
        check_url(one.checksum)
    if one.sha256 and (len(one.sha256) != 64 or not is_digest(one.sha256)):
        raise ValueError("sha256 is 64 hexadecimal digits in small letters")
    if one.sha256 and one.checksum:
        raise ValueError("give sha256 or checksum, not both")
    if one.format and one.format not in readers():
        raise ValueError(f'no format "{one.format}"; there are {", ".join(readers())}')
