"""Dotted IPv4 addresses by the thousand, read column by column."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["parse_ipv4"]

_WIDTH = 16


def parse_ipv4(texts: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """The number of each address in canonical dotted form; -1 for any other text.

    Agrees with `model.address.parse_address` on what is canonical: four decimal parts up to
    255 without leading zeros.
    """
    table = np.array(texts, dtype=f"S{_WIDTH}").view(np.uint8).reshape(len(texts), _WIDTH)
    number = np.zeros(len(texts), dtype=np.int64)
    part = np.zeros(len(texts), dtype=np.int64)
    digits = np.zeros(len(texts), dtype=np.int64)
    dots = np.zeros(len(texts), dtype=np.int64)
    wrong = table[:, _WIDTH - 1] != 0
    for column in table.T:
        digit, dot = (column >= 48) & (column <= 57), column == 46
        wrong |= ~(digit | dot | (column == 0))
        # A digit after a lone leading zero, or a dot after no digit at all.
        wrong |= (digit & (digits > 0) & (part == 0)) | (dot & (digits == 0)) | (part > 255)
        number = np.where(dot, number << 8 | part, number)
        part = np.where(dot, 0, np.where(digit, part * 10 + column - 48, part))
        digits = np.where(dot, 0, digits + digit)
        dots += dot
    wrong |= (dots != 3) | (digits == 0) | (part > 255)
    return np.where(wrong, -1, number << 8 | part)
