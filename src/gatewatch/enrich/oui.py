"""Who registered a hardware address: the maker that IEEE's register names for an OUI.

A device that tells its MAC address, or a CWMP identity beginning with its OUI (TR-069, 3.4.4:
`OUI-ProductClass-SerialNumber`), names a maker of its parts. That is a hint and no proof: the maker
of a board is often not the vendor on the box, so certainty stays below one half. Nothing is said
of addresses that nobody registered: group and locally administered ones (IEEE 802-2014, 8.2), and
blocks that the register calls private or has given on in smaller ones.

The register is netaddr's copy, read on the first look-up and only where an answer has such bytes.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Maker", "maker_of", "makers_in"]

# What is searched of one text, and how many addresses in it are looked up.
_TEXT_LIMIT = 64 * 1024
_MOST = 32
_NAME_LIMIT = 100
_NOBODY = frozenset({"PRIVATE", "IEEE REGISTRATION AUTHORITY"})
# Neither a part of a longer word, nor of a fingerprint or UUID.
_BEFORE = rb"(?<![0-9A-Za-z])(?<![0-9A-Fa-f][:.-])"
_AFTER = rb"(?![0-9A-Za-z])(?![:.-][0-9A-Fa-f]{2})"
_HEX = rb"[0-9A-Fa-f]"
_PAIRS = b"(?:(?:HH:){5}|(?:HH-){5})HH".replace(b"H", _HEX)
_FORMS = (
    (0.45, re.compile(_BEFORE + _PAIRS + _AFTER)),
    (0.45, re.compile(_BEFORE + rb"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}" + _AFTER)),
    # Digits alone are a number or a time.
    (0.35, re.compile(_BEFORE + rb"(?=[0-9]{0,11}[A-Fa-f])[0-9A-Fa-f]{12}" + _AFTER)),
    (0.3, re.compile(_BEFORE + rb"[0-9A-F]{6}(?=-[0-9A-Za-z_.%+-]{4,64})")),
)  # fmt: skip


class Maker(NamedTuple):
    """A maker, because of a hardware address."""

    name: str
    """As IEEE's register spells it."""
    sure: float
    """0 to 1, that the vendor is this maker; below one half."""
    evidence: str
    """The address, or the OUI, as it was found."""


def maker_of(oui: str) -> str | None:
    """Who registered this OUI, given as six or twelve hexadecimal digits with any separators."""
    digits = re.sub(r"[\s:.-]", "", oui)
    if not re.fullmatch(r"[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{6})?", digits):
        return None
    number = int(digits[:6], 16)
    # The two lowest bits of the first octet: group address, locally administered.
    return None if not number or number >> 16 & 3 else _registered(number)


def makers_in(*texts: bytes) -> list[Maker]:
    """The makers of the hardware addresses in these texts, the surest first, each once."""
    found: dict[str, Maker] = {}
    for one in _found(texts):
        if one.name not in found or one.sure > found[one.name].sure:
            found[one.name] = one
    return sorted(found.values(), key=lambda one: (-one.sure, one.name))


def _found(texts: tuple[bytes, ...]) -> Iterator[Maker]:
    left = _MOST
    for text in texts:
        for sure, form in _FORMS:
            for match in form.finditer(text[:_TEXT_LIMIT]):
                if not left:
                    return
                left -= 1
                evidence = match[0].decode("ascii")
                if name := maker_of(evidence):
                    yield Maker(name, sure, evidence)


@lru_cache(maxsize=4096)
def _registered(number: int) -> str | None:
    from netaddr import OUI, NotRegisteredError

    try:
        name = " ".join(str(OUI(number).registration().org).split())[:_NAME_LIMIT]
    except NotRegisteredError:
        return None
    return None if name.upper() in _NOBODY else name or None
