"""Kinds of simulated devices: what each says, byte for byte, and how common it is.

One file a kind, `data/devices/<id>.toml`:
- `name`: what it is, for people; `source`: who published what it says;
- `type`: a device type of the vocabulary (missing: none); `role`: what the service is (`cpe`
  unless said);
- `weight`: how common it is in a population; 1: there is exactly one;
- `head`, `body`: its answer, one character a byte. `chunked = true` sends the body as a chunk;
  `greets = true` says it at once, without waiting for a request.
What changes from answer to answer stands in braces and is filled in anew each time: see
`PLACEHOLDERS`. What belongs to the device (its MAC, its serial number) follows from its address.
"""

import re
import time
import tomllib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from secrets import token_bytes, token_hex
from typing import NamedTuple

from gatewatch.model.errors import CatalogueBroken

__all__ = ["CLOSED", "PLACEHOLDERS", "Kind", "Place", "device_kinds", "population"]

CLOSED = "closed"
"""Stands for a kind where nothing listens."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_ALNUM = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Place(NamedTuple):
    """Where and when an answer is given."""

    address: str
    port: int
    now: float
    """Seconds since 1970."""


PLACEHOLDERS: Mapping[str, Callable[[Place], str]] = {
    "date": lambda place: formatdate(place.now, usegmt=True),
    "asctime": lambda place: time.asctime(time.gmtime(place.now)),
    "unixtime": lambda place: str(int(place.now)),
    "host": lambda place: place.address,
    "port": lambda place: str(place.port),
    "hex8": lambda _: token_hex(4),
    "hex32": lambda _: token_hex(16),
    "hex34": lambda _: token_hex(17),
    "hex40": lambda _: token_hex(20),
    "alnum9": lambda _: "".join(chr(_ALNUM[byte % len(_ALNUM)]) for byte in token_bytes(9)),
    # Base64: 16 bytes; 20 of which the first are zero; three words of hex as tr69c writes them.
    "b64_24": lambda _: b64encode(token_bytes(16)).decode(),
    "b64_a": lambda _: b64encode(bytes(10) + b"\xff\xff" + token_bytes(8)).decode(),
    "b64_words": lambda _: b64encode(
        f"{token_hex(4)}:{token_hex(4)}:{token_hex(4)}".encode()
    ).decode(),
    "mac_dashes": lambda place: _mac(place, "-"),
    "mac_colons": lambda place: _mac(place, ":"),
    "serial10": lambda place: f"CN{blake2b(place.address.encode(), digest_size=4).hexdigest()}",
}
"""What may stand in braces in `head` and `body`; `{length}`, in `head` only, is the body's."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of device."""

    id: str
    name: str
    source: str
    weight: int
    head: str
    body: str = ""
    type: str = ""
    role: str = "cpe"
    chunked: bool = False
    greets: bool = False

    def answer(self, place: Place) -> bytes:
        """What such a device at `place` says to one GET."""
        body = _filled(self.body, place, {})
        head = _filled(self.head, place, {"length": str(len(body))})
        if self.chunked:
            body = f"{len(body):x}\r\n{body}\r\n0\r\n\r\n"
        return (head + body).encode("latin-1")


@cache
def device_kinds() -> Mapping[str, Kind]:
    """Every kind by id, sorted; raises CatalogueBroken."""
    folder = files("gatewatch").joinpath("data", "devices")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    kinds = [_read(name, folder.joinpath(name).read_text("utf-8")) for name in names]
    return {kind.id: kind for kind in kinds}


def population(addresses: Sequence[str], seed: int, closed: float = 0.02) -> dict[str, str]:
    """Which kind lives at each address: a kind's id, or `CLOSED` for the share `closed`.

    The same addresses and seed give the same population. With enough addresses each kind is
    there at least once, those of weight 1 exactly once, the rest by weight.
    """
    kinds = sorted(device_kinds().values(), key=lambda kind: (-kind.weight, kind.id))
    drawn = sorted(addresses, key=lambda address: _draw(seed, "order", address))
    shut = int(len(drawn) * closed)
    living: dict[str, str] = dict.fromkeys(drawn[:shut], CLOSED)
    living |= {address: kind.id for address, kind in zip(drawn[shut:], kinds, strict=False)}
    common = [kind for kind in kinds if kind.weight > 1]
    total = sum(kind.weight for kind in common)
    for address in drawn[len(living) :]:
        mark = _draw(seed, "kind", address) % total
        for kind in common:
            mark -= kind.weight
            if mark < 0:
                living[address] = kind.id
                break
    return {address: living[address] for address in addresses}


def _read(name: str, text: str) -> Kind:
    where = f"devices/{name}"
    try:
        kind = Kind(id=name.removesuffix(".toml"), **tomllib.loads(text))
        (kind.head + kind.body).encode("latin-1")
    except (TypeError, ValueError) as error:
        raise CatalogueBroken(
            where=where, what=error, mend="see the keys in acs/device_kinds.py"
        ) from None
    known = PLACEHOLDERS.keys()
    used = {*_PLACEHOLDER.findall(kind.body), *_PLACEHOLDER.findall(kind.head)} - {"length"}
    if used - known:
        raise CatalogueBroken(
            where=where,
            what=f"nothing fills {{{min(used - known)}}}",
            mend=f"use one of {', '.join(sorted(known))}",
        )
    return kind


def _filled(text: str, place: Place, more: Mapping[str, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return more[name] if name in more else PLACEHOLDERS[name](place)

    return _PLACEHOLDER.sub(fill, text)


def _mac(place: Place, between: str) -> str:
    """00-00-5E-00-53-xx: the range kept for documentation (RFC 7042)."""
    last = blake2b(place.address.encode(), digest_size=1).hexdigest().upper()
    return between.join(("00", "00", "5E", "00", "53", last))


def _draw(seed: int, purpose: str, address: str) -> int:
    digest = blake2b(f"{seed} {purpose} {address}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
