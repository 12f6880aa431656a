"""Columns of offsets into many lines at once: what stands there, with numpy.

`rows` takes the bytes at each offset; the others ask something of them for all lines together.
The caller sees to it that behind every offset as many bytes are left as are looked at: 32 for a
date.
"""

import numpy as np
import numpy.typing as npt

from gatewatch.protocol.masking import TELLING

__all__ = [
    "DEEP",
    "TAIL",
    "Bytes",
    "Flags",
    "Ints",
    "dates_change",
    "keys_of",
    "nonces_change",
    "rows",
    "same",
    "stands",
]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

# What is looked at before the echo: so much for its punctuation, and all of the last bytes, which
# hold the length of the body; where they are the same in all lines of a template, more of them,
# with the digest of the body.
TAIL, DEEP, _LAST = 256, 192, 48
# Odd numbers without meaning, the same in each process.
_WEIGHTS = np.random.default_rng(7547).integers(0, 1 << 63, 64, dtype=np.uint64) * 2 + 1
# The least and the most that may stand at each place of the commonest form of a date.
_LEAST_DATE = b"Aaa, 00 Aaa 0000 00:00:00 GMT".ljust(32, b"\0")
_MOST_DATE = b"Zzz, 99 Zzz 9999 99:99:99 GMT".ljust(32, b"\xff")
_ALL_TRUE = np.uint64(0x0101010101010101)


def rows(data: Bytes, at: Ints, width: int) -> Bytes:
    """The `width` bytes at each of these offsets, a row each."""
    if not len(at):
        return np.empty((0, width), dtype=np.uint8)
    # As numpy's sliding_window_view, which takes thirty times as long to set up.
    windows = np.ndarray((len(data) - width + 1, width), np.uint8, data, strides=(1, 1))
    taken: Bytes = windows[at]
    return taken


def same(one: Bytes, other: Bytes) -> Flags:
    """Which rows of sixteen bytes are equal."""
    equal = one.view(np.uint64) == other.view(np.uint64)
    flags: Flags = equal[:, 0] & equal[:, 1]
    return flags


def stands(data: Bytes, at: Ints, part: bytes) -> Flags:
    """At which offsets `part` stands."""
    if not part:
        return np.ones(len(at), dtype=np.bool_)
    kind = f"S{len(part)}"
    flags: Flags = rows(data, at, len(part)).view(kind).ravel() == np.array(part, dtype=kind)
    return flags


def keys_of(tails: Bytes, totals: Ints) -> tuple[Numbers, Numbers]:
    """Two numbers for each line, of its length and the bytes before its echo."""
    # Below the digits stand blank, quotes, comma, point and slash.
    signs, words = (tails * (tails < ord("0"))).view(np.uint64), tails.view(np.uint64)
    last = words[:, -_LAST // 8 :]
    length = totals.astype(np.uint64) * _WEIGHTS[0]
    near, far = length + last @ _WEIGHTS[1:7], words[:, -DEEP // 8 : -_LAST // 8]
    return near + far @ _WEIGHTS[7:25], near + signs @ _WEIGHTS[25:57]


def dates_change(data: Bytes, at: Ints, dated: Flags) -> Flags:
    """Whether what stands there is a date that masking replaces; True where none is due."""
    flags = np.ones(len(at), dtype=np.bool_)
    found = rows(data, at[dated], 32)
    least, most = (np.frombuffer(one, dtype=np.uint8) for one in (_LEAST_DATE, _MOST_DATE))
    form = (found - least <= most - least).view(np.uint64) == _ALL_TRUE
    # 1970 and 1980 are how a device writes that it has no clock.
    century = (found[:, 12] == ord("1")) & (found[:, 13] == ord("9")) & (found[:, 15] == ord("0"))
    constant = century & ((found[:, 14] == ord("7")) | (found[:, 14] == ord("8")))
    flags[dated] = form.all(axis=1) & ~constant
    return flags


def nonces_change(data: Bytes, at: Ints, sizes: Ints) -> Flags:
    """Whether what stands there are lower-case hexadecimal digits that masking replaces."""
    flags = np.ones(len(at), dtype=np.bool_)
    for size in np.unique(sizes[sizes > 0]).tolist():
        which = sizes == size
        found = rows(data, at[which], size)
        letters = found - np.uint8(ord("a")) < 6
        sound = (letters | (found - np.uint8(ord("0")) < 10)).all(axis=1) & letters.any(axis=1)
        for value in TELLING:
            if len(value) == size:
                sound &= (found != np.frombuffer(value, dtype=np.uint8)).any(axis=1)
        flags[which] = sound
    return flags
