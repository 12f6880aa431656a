"""Rows on their way into a snapshot: sorted in bounded memory.

Rows arrive in the order of the input as columns of equal length. They are gathered into runs of
`RUN_ROWS`, each sorted by (address, port) and, from the second run on, written to the staging
folder; at the end the runs are merged by address ranges, so that memory holds about one part
whatever the size of the input. IPv4 and IPv6 are spooled apart.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Columns", "Spool", "join", "take"]

Ints = npt.NDArray[np.signedinteger[Any]]

RUN_ROWS = 1 << 19
# One part becomes one Parquet file: about 7 MB on disk, 150 MB while it is merged.
PART_ROWS = 1 << 20


class Columns(NamedTuple):
    """Rows as columns of equal length: int64, `port` and `country` int32."""

    high: Ints
    """0 throughout for IPv4."""
    low: Ints
    port: Ints
    seen_at: Ints
    response: Ints
    asn: Ints
    """What the source says; 0: nothing."""
    country: Ints
    """Two ASCII letters as first * 256 + second; 0: nothing."""


class Spool:
    """Rows of one address family."""

    def __init__(self, staging: Path, family: int) -> None:
        self._staging = staging
        self._family = family
        self._waiting: list[Columns] = []
        self._waiting_rows = 0
        self._runs: list[Callable[[], Columns]] = []

    def add(self, columns: Columns) -> None:
        """Takes rows in any order."""
        if not len(columns.low):
            return
        self._waiting.append(columns)
        self._waiting_rows += len(columns.low)
        if self._waiting_rows >= RUN_ROWS:
            self._close_run(to_disk=True)

    def parts(self) -> Iterator[Columns]:
        """All rows in order of address and port, in parts of about `PART_ROWS`.

        Rows of one address never stand in two parts.
        """
        self._close_run(to_disk=bool(self._runs))
        keys = [self._key(run()) for run in self._runs]
        total = sum(map(len, keys))
        if len(keys) == 1 and total <= PART_ROWS:
            yield self._runs[0]()
        elif total:
            cuts = _cuts(keys, -(-total // PART_ROWS))
            bounds = [[0, *np.searchsorted(key, cuts).tolist(), len(key)] for key in keys]
            del keys
            for place in range(len(cuts) + 1):
                yield self._part([slice(*bound[place : place + 2]) for bound in bounds])

    def _part(self, slices: list[slice]) -> Columns:
        """One slice of each run, sorted. Runs are opened anew, so nothing stays mapped."""
        return _sorted(join([take(run(), at) for run, at in zip(self._runs, slices, strict=True)]))

    def _key(self, run: Columns) -> Ints:
        return run.low if self._family == 4 else run.high

    def _close_run(self, *, to_disk: bool) -> None:
        if not self._waiting:
            return
        run = _sorted(join(self._waiting))
        self._waiting, self._waiting_rows = [], 0
        self._runs.append(self._to_disk(run) if to_disk else lambda: run)

    def _to_disk(self, run: Columns) -> Callable[[], Columns]:
        paths = []
        for name, column in zip(Columns._fields, run, strict=True):
            path = self._staging / f"run{self._family}-{len(self._runs)}-{name}.npy"
            np.save(path, column)
            paths.append(path)
        return lambda: Columns(*(np.load(path, mmap_mode="r") for path in paths))


def join(pieces: list[Columns]) -> Columns:
    """The rows of all `pieces`, in order."""
    return Columns(*(np.concatenate(column) for column in zip(*pieces, strict=True)))


def take(columns: Columns, which: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Columns:
    """The rows of `columns` that `which` selects."""
    return Columns(*(column[which] for column in columns))


def _sorted(columns: Columns) -> Columns:
    if not columns.high.any():
        # 32 bits of address and 16 of port fit one integer, which sorts four times faster.
        return take(columns, np.argsort(columns.low << 16 | columns.port, kind="stable"))
    return take(columns, np.lexsort((columns.port, columns.low, columns.high)))


def _cuts(keys: list[Ints], count: int) -> list[int]:
    """Rising values that cut the rows of all runs into about `count` parts, none of them empty."""
    step = max(1, sum(map(len, keys)) // (count * 64))
    sample = np.sort(np.concatenate([key[::step] for key in keys]))
    cuts = {int(sample[len(sample) * place // count]) for place in range(1, count)}
    return sorted(cuts - {min(int(key[0]) for key in keys)})
