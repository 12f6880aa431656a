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
    size = len(texts)
    table = np.array(texts, dtype=f"S{_WIDTH}").view(np.uint8).reshape(size, _WIDTH)
    number, part = np.zeros(size, dtype=np.uint32), np.zeros(size, dtype=np.uint32)
    digits, dots = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
    # Zero bytes fill the table up; one that a text holds itself makes it longer than it looks.
    wrong = np.count_nonzero(table, axis=1) != np.fromiter(map(len, texts), np.int64, size)
    for column in np.ascontiguousarray(table.T):
        value = column - np.uint8(48)
        digit, dot = value < 10, column == 46
        wrong |= ~(digit | dot | (column == 0))
        # A digit after a lone leading zero, a dot after no digit at all, a part above 255.
        wrong |= (digit & (digits > 0) & (part == 0)) | (dot & (digits == 0)) | (part > 255)
        number = np.where(dot, number << 8 | part, number)
        part = np.where(dot, 0, np.where(digit, part * 10 + value, part))
        digits = np.where(dot, 0, digits + digit).astype(np.uint8)
        dots += dot
    wrong |= (dots != 3) | (digits == 0) | (part > 255)
    return np.where(wrong, -1, (number << 8 | part).astype(np.int64))
