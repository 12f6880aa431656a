"""Rows on their way into a snapshot: sorted in bounded memory.

Rows arrive in the order of the input as columns of equal length. They are gathered into runs of
`RUN_ROWS`, each sorted by (address, port) and, from the second run on, written to the staging
folder; at the end the runs are merged by address ranges, so that memory holds about one part
whatever the size of the input. IPv4 and IPv6 are spooled apart.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Columns", "Spool", "join", "take"]

Ints = npt.NDArray[np.signedinteger[Any]]

RUN_ROWS = 1 << 21
# One part becomes one Parquet file: about 13 MB on disk, 250 MB while it is merged.
PART_ROWS = 1 << 21


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
        self._runs: list[Columns] = []

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
        runs = [run for run in self._runs if len(run.low)]
        total = sum(len(run.low) for run in runs)
        if not total:
            return
        if len(runs) == 1 and total <= PART_ROWS:
            yield runs[0]
            return
        keys = [run.low if self._family == 4 else run.high for run in runs]
        for first, last in _ranges(keys, max(1, -(-total // PART_ROWS))):
            pieces = [
                take(run, slice(_at(key, first), _at(key, last)))
                for run, key in zip(runs, keys, strict=True)
            ]
            yield _sorted(join(pieces))

    def _close_run(self, *, to_disk: bool) -> None:
        if not self._waiting:
            return
        run = _sorted(join(self._waiting))
        self._waiting, self._waiting_rows = [], 0
        self._runs.append(self._to_disk(run) if to_disk else run)

    def _to_disk(self, run: Columns) -> Columns:
        mapped = []
        for name, column in zip(Columns._fields, run, strict=True):
            path = self._staging / f"run{self._family}-{len(self._runs)}-{name}.npy"
            np.save(path, column)
            mapped.append(np.load(path, mmap_mode="r"))
        return Columns(*mapped)


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


def _at(key: Ints, value: int | None) -> int:
    return len(key) if value is None else int(np.searchsorted(key, value, "left"))


def _ranges(keys: list[Ints], count: int) -> Iterator[tuple[int, int | None]]:
    """Half-open ranges of key values that hold about equal numbers of rows; None: the end."""
    step = max(1, sum(map(len, keys)) // (count * 64))
    sample = np.sort(np.concatenate([key[::step] for key in keys]))
    cuts = sorted({int(sample[len(sample) * place // count]) for place in range(1, count)})
    first = int(min(key[0] for key in keys))
    for cut in cuts:
        if cut > first:
            yield first, cut
            first = cut
    yield first, None
