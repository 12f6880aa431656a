"""The lake that a server reads, as it is now: new snapshots appear without a restart.

Whether the manifest was replaced is seen from its inode, size and time, once a request. Readers
never lock, and a request that began with the lake of before ends with it.
"""

from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import monotonic

from gatewatch.model.errors import GatewatchError
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.pipeline.understand import open_lake
from gatewatch.store.kept import Kept
from gatewatch.store.lake import Lake
from gatewatch.store.manifest import NAME

__all__ = ["Lakes"]

# Imported advisories and the user's own catalogue change without a new manifest.
_LONGEST_S = 60.0

_Seen = tuple[int, int, int]


class Lakes:
    """The lake of one folder, opened anew when it changed."""

    def __init__(
        self, path: Path, overlay: Path | None = None, seconds: float | None = None
    ) -> None:
        self._path, self._overlay, self._seconds = path, overlay, seconds
        self._lock = Lock()
        self._opened: tuple[_Seen, float, Lake] | None = None

    def current(self) -> Lake:
        """The lake; raises LakeMissing, LakeTooNew, LakeCorrupt."""
        seen, opened = self._look(), self._opened
        if opened is not None and opened[0] == seen and monotonic() - opened[1] < _LONGEST_S:
            return opened[2]
        # While one request opens the new lake, which may be understood anew, others go on.
        if not self._lock.acquire(blocking=opened is None or seen is None) and opened:
            return opened[2]
        try:
            self._opened = None if seen is None else self._opened
            lake = replace(open_lake(self._path, self._overlay, self._seconds), kept=Kept())
            if seen is not None:
                self._opened = seen, monotonic(), lake
            return lake
        finally:
            self._lock.release()

    def known(self) -> tuple[SnapshotInfo, ...]:
        """The snapshots, oldest first; none where the lake cannot be read, which pages tell."""
        try:
            return self.current().snapshots
        except GatewatchError:
            return ()

    def _look(self) -> _Seen | None:
        try:
            stat = (self._path / NAME).stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns
