"""Many parameters in little room: names shared between devices, values compressed, changes told.

A device's parameters are three things: a list of names with their types, which all devices of one
model and configuration share; the values, zero byte between them, compressed by zstd; and apart,
so that they neither wake the history nor make every session write all, the values that move by
themselves (counters, uptime, clocks). Measured at 300 parameters: docs/decisions/0024.

What a name marks as a secret is never kept, not even when a device is so careless as to tell it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import orjson
import zstandard

from gatewatch.acs.state.records import Parameter

__all__ = [
    "MOST",
    "Names",
    "Packed",
    "compressed",
    "decompressed",
    "is_secret",
    "kept",
    "packed",
    "packed_changes",
    "unpacked",
    "unpacked_changes",
]

MOST = 20_000
"""Parameters of one device; the largest real model that we know has 6,409 rows."""
_LONGEST = 32 * 1024
_ROOM = 8 * 1024 * 1024
"""Bytes that one device's values may have in all, decompressed."""
_BETWEEN = "\0"

# Names of TR-098, TR-181 and makers' own trees. The last part tells, so that a new object with
# counters is recognised.
_MOVING = re.compile(
    r"(?:\.Stats\.|Statistics|Counter|Bytes|Packets|Octets|Errors|Discards|UpTime|Uptime|"
    r"CurrentLocalTime|LeaseTimeRemaining|TimeRemaining|CPUUsage|MemoryStatus|\.Free|"
    r"SignalStrength|LastDataDownlinkRate|LastDataUplinkRate|Temperature|NoiseMargin|"
    r"ElapsedTime|LastChange|SystemUp|ConnectionTime)"
)
_SECRET = re.compile(
    r"(?:passw(?:or)?d|passphrase|presharedkey|wepkey|pri(?:vate)?key|secret|userpass|psk|"
    r"sharedkey|encryptionkey|authkey|wps.*pin)[^.]*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=65_536)
def is_secret(name: str) -> bool:
    """Whether a parameter of that name holds something that only the device should know."""
    return _SECRET.search(name) is not None


@lru_cache(maxsize=65_536)
def _moves(name: str) -> bool:
    return _MOVING.search(name) is not None


@dataclass(frozen=True, slots=True)
class Names:
    """A list of names, sorted, each with its type and whether it may be written."""

    text: bytes
    """Name, type and flag of each, a line each."""

    @property
    def digest(self) -> bytes:
        """16 bytes that stand for the list."""
        return blake2b(self.text, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Packed:
    """A device's parameters as they are stored."""

    names: Names
    digest: bytes
    """Of the values that do not move."""
    values: bytes
    moving: bytes


def kept(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """What of the parameters is kept: no secrets, nothing that is longer than anything sane."""
    found: dict[str, Parameter] = {}
    for name, one in parameters.items():
        if len(name) > 256 or _BETWEEN in name or "\n" in name:
            continue
        value = one.value
        if is_secret(name):
            value = ""
        elif len(value) > _LONGEST or _BETWEEN in value:
            value = value[:_LONGEST].replace(_BETWEEN, "")
        found[name] = one if value is one.value else Parameter(value, one.type, one.writable)
    return found


def packed(parameters: Mapping[str, Parameter]) -> Packed:
    """At most `MOST` parameters as they are stored; what is beyond the room is left empty."""
    order = sorted(parameters)[:MOST]
    room = _ROOM
    lines: list[str] = []
    still: list[str] = []
    moving: list[str] = []
    for name in order:
        one = parameters[name]
        room -= len(one.value)
        flag = "?" if one.writable is None else "w" if one.writable else "r"
        lines.append(f"{name}\t{one.type}\t{flag}")
        (moving if _moves(name) else still).append(one.value if room > 0 else "")
    values = _joined(still)
    return Packed(
        Names("\n".join(lines).encode("utf-8", "surrogatepass")),
        blake2b(values, digest_size=16).digest(),
        compressed(values),
        compressed(_joined(moving)) if moving else b"",
    )


def unpacked(names: bytes, values: bytes, moving: bytes) -> dict[str, Parameter]:
    """What was packed. `names` is the text of Names."""
    still = iter(_split(values))
    moved = iter(_split(moving))
    found = {}
    for name, kind, writable, moves in _lines(names):
        found[name] = Parameter(next(moved if moves else still, ""), kind, writable)
    return found


_Line = tuple[str, str, bool | None, bool]


@lru_cache(maxsize=512)
def _lines(names: bytes) -> tuple[_Line, ...]:
    flags = {"w": True, "r": False}
    text = names.decode("utf-8", "surrogatepass")
    lines = [line.split("\t") for line in text.split("\n")] if text else []
    return tuple((name, kind, flags.get(flag), _moves(name)) for name, kind, flag in lines)


def packed_changes(
    before: Mapping[str, Parameter], after: Mapping[str, Parameter]
) -> tuple[list[str], bytes]:
    """Names of what changed and does not move by itself, sorted, and the changes, packed."""
    told = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and (old.value == new.value or _moves(name)):
            continue
        told.append((name, old.value if old else None, new.value if new else None))
    return [one[0] for one in told], compressed(orjson.dumps(told)) if told else b""


def unpacked_changes(blob: bytes) -> list[tuple[str, str | None, str | None]]:
    """Name, value before and after of each change."""
    return [(name, old, new) for name, old, new in orjson.loads(decompressed(blob))]


def _joined(values: Iterable[str]) -> bytes:
    return _BETWEEN.join(values).encode("utf-8", "surrogatepass")


def _split(blob: bytes) -> list[str]:
    return decompressed(blob).decode("utf-8", "surrogatepass").split(_BETWEEN) if blob else []


def compressed(plain: bytes) -> bytes:
    """`plain` by zstd."""
    return zstandard.ZstdCompressor(level=3).compress(plain)


def decompressed(blob: bytes) -> bytes:
    """What `compressed` made of it."""
    return zstandard.ZstdDecompressor().decompress(blob, max_output_size=4 * _ROOM)
