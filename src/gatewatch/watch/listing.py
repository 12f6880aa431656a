"""The list of the files that hold sign-ins: what it does not name does not exist.

A writer that dies before the list is replaced leaves files that the next writer clears. The list
carries its own checksum, and for each file size and SHA-256.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewatch.model.errors import WatchCorrupt, WatchTooNew
from gatewatch.store.durable import fingerprint_of, replace_file, writing
from gatewatch.watch.folder import OWNER, WatchFolder

__all__ = ["FORMAT", "NAME", "Listing", "load_listing", "save_listing"]

FORMAT = 1
NAME = "listing.json"


@dataclass(frozen=True, slots=True)
class Listing:
    """Day (`2026-11-20`, UTC) to its files, each with its size and SHA-256."""

    days: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def files(self, folder: WatchFolder, day: str) -> list[Path]:
        """The files of one day."""
        return [folder.signins / day / name for name in sorted(self.days.get(day, {}))]

    def all_files(self, folder: WatchFolder) -> list[Path]:
        """The files of all days, oldest first."""
        return [path for day in sorted(self.days) for path in self.files(folder, day)]

    def damaged(self, folder: WatchFolder) -> list[Path]:
        """The files that are missing or do not match their checksum."""
        wrong = []
        for day, files in self.days.items():
            for name, expected in files.items():
                path = folder.signins / day / name
                if not path.exists() or fingerprint_of(path) != expected:
                    wrong.append(path)
        return wrong


def load_listing(folder: WatchFolder) -> Listing:
    """What the folder lists; empty when there is no list.

    Raises WatchTooNew for a later format, WatchCorrupt when it cannot be trusted.
    """
    path = folder.path / NAME
    folder.require_private()
    try:
        with writing(path, OWNER):
            outer = json.loads(path.read_bytes()) if path.exists() else None
        if outer is None:
            return Listing()
        found, checksum, days = outer["format"], outer["sha256"], outer["days"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _corrupt(path, "is no list of files") from None
    if isinstance(found, int) and found > FORMAT:
        raise WatchTooNew(where=folder.path, found=found, known=FORMAT)
    if checksum != _checksum(days):
        raise _corrupt(path, "does not match its own checksum")
    return Listing(days)


def save_listing(folder: WatchFolder, listing: Listing) -> None:
    """Makes `listing` the folder's, in one step: this is the moment of every commit."""
    days = {day: files for day, files in sorted(listing.days.items()) if files}
    outer = {"format": FORMAT, "sha256": _checksum(days), "days": days}
    replace_file(folder.path / NAME, json.dumps(outer, indent=1).encode())


def _checksum(days: object) -> str:
    return hashlib.sha256(json.dumps(days, sort_keys=True).encode()).hexdigest()


def _corrupt(path: Path, what: str) -> WatchCorrupt:
    mend = "restore it from a backup, or remove the folder and import the logs again"
    return WatchCorrupt(where=path, what=what, mend=mend)
