"""Who answers a probe proves that it saw it: sequence number and source port are a keyed hash.

A SYN leaves no state behind. Its sequence number is a keyed BLAKE2 of where it goes, so an
answer is ours when it acknowledges the very number that we would choose again (the idea of
Bernstein's SYN cookies; RFC 4987 section 3.6). Nobody who did not see the SYN can make one up:
without the key it takes 2^31 guesses on average, and the key is new for each run.
"""

from collections.abc import Sequence
from hashlib import blake2b
from secrets import token_bytes
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["KEY_SIZE", "Cookies", "Ports"]

KEY_SIZE = 16
_SIZE = 8


class Ports(NamedTuple):
    """Source ports that belong to the scan, both ends included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many."""
        return self.last - self.first + 1


class Cookies:
    """Chooses sequence number and source port for each address."""

    def __init__(self, ports: Ports, key: bytes | None = None) -> None:
        self.ports = ports
        self.key = key or token_bytes(KEY_SIZE)
        """KEY_SIZE bytes; sender and receiver share it."""
        self._hash = blake2b(key=self.key, digest_size=_SIZE)

    def of(self, target: bytes) -> tuple[int, int]:
        """Sequence number and source port for `target`, an address of four bytes."""
        digest = self._digest(target)
        port = self.ports.first + int.from_bytes(digest[4:], "little") % self.ports.size
        return int.from_bytes(digest[:4], "little"), port

    def of_all(
        self, targets: Sequence[bytes]
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """`of` for each of `targets`: two arrays of their length."""
        digests = np.frombuffer(b"".join(map(self._digest, targets)), "<u4").reshape(-1, 2)
        return digests[:, 0], self.ports.first + digests[:, 1] % np.uint32(self.ports.size)

    def _digest(self, target: bytes) -> bytes:
        keyed = self._hash.copy()
        keyed.update(target)
        return keyed.digest()
