"""Times as scanners write them most, `2026-11-20T03:14:07Z`, read by the thousand."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from gatewatch.model.moment import SECOND, parse_moment

__all__ = ["parse_stamp", "parse_stamps"]

Ints = npt.NDArray[np.signedinteger[Any]]

_SIGNS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"}
_DIGITS = [at for at in range(20) if at not in _SIGNS]
_SIGN_BYTES = np.array([ord(sign) for sign in _SIGNS.values()], dtype=np.uint8)
# Year, month, day, hour and minute as one number; the seconds are added.
_MINUTE = 10 ** np.arange(11, -1, -1, dtype=np.int64)


def parse_stamps(table: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The moment that each row of 20 bytes writes, microseconds since 1970 UTC.

    -1 for what is not of this form, has no such day or minute, or a sixtieth second.
    """
    digits = table[:, _DIGITS] - np.uint8(48)
    wrong = (digits > 9).any(axis=1) | (table[:, list(_SIGNS)] != _SIGN_BYTES).any(axis=1)
    wide = digits.astype(np.int64)
    second = wide[:, 12] * 10 + wide[:, 13]
    minutes, which = np.unique(np.where(wrong, 0, wide[:, :12] @ _MINUTE), return_inverse=True)
    begins = np.array([_minute(minute) for minute in minutes.tolist()], dtype=np.int64)[which]
    wrong |= (begins < 0) | (second > 59)
    return np.where(wrong, -1, begins + second * SECOND)


def parse_stamp(text: bytes) -> int:
    """The moment that `text` writes, in whatever form; -1: it is none."""
    try:
        return parse_moment(text.decode("ascii"))
    except ValueError:
        return -1


@lru_cache(maxsize=100_000)
def _minute(number: int) -> int:
    """Where a minute begins, given as the number that its digits make."""
    text = b"%012d" % number
    return parse_stamp(
        b"%b-%b-%bT%b:%b:00Z" % (text[:4], text[4:6], text[6:8], text[8:10], text[10:])
    )
