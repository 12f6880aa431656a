"""The manifest: the one file that says what a lake holds.

A snapshot exists when the manifest lists it, no sooner; a writer that dies before leaves files
that the next writer clears. The manifest carries its own checksum.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatewatch.model.errors import LakeCorrupt, LakeTooNew, LakeUnwritable
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.durable import replace_file

__all__ = ["FORMAT", "NAME", "Manifest", "load_manifest", "save_manifest"]

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a lake holds."""

    catalogue: str = ""
    """The catalogue that last understood the responses."""
    snapshots: tuple[SnapshotInfo, ...] = ()
    """Oldest observations first."""
    responses: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Responses file name to its size and SHA-256."""


def load_manifest(lake: Path) -> Manifest | None:
    """The manifest of the lake, or None when there is none.

    Raises LakeTooNew for a later format and LakeCorrupt when it cannot be trusted.
    """
    path = lake / NAME
    try:
        outer = json.loads(path.read_bytes())
        found, checksum, inner = outer["format"], outer["sha256"], outer["lake"]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise LakeUnwritable(
            where=path, what=f"nor read ({error.strerror})", mend="mend its permissions"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _corrupt(path, "is not a manifest") from None
    if isinstance(found, int) and found > FORMAT:
        raise LakeTooNew(where=lake, found=found, known=FORMAT)
    if checksum != _checksum(inner):
        raise _corrupt(path, "does not match its own checksum")
    try:
        return Manifest(
            catalogue=inner["catalogue"],
            snapshots=tuple(SnapshotInfo.from_json(entry) for entry in inner["snapshots"]),
            responses=inner["responses"],
        )
    except (KeyError, TypeError, ValueError):
        raise _corrupt(path, "lacks an entry") from None


def save_manifest(lake: Path, manifest: Manifest) -> None:
    """Makes `manifest` the lake's, in one step: this is the moment of every commit."""
    inner = {
        "catalogue": manifest.catalogue,
        "snapshots": [info.to_json() for info in manifest.snapshots],
        "responses": manifest.responses,
    }
    outer = {"format": FORMAT, "sha256": _checksum(inner), "lake": inner}
    replace_file(lake / NAME, json.dumps(outer, indent=1, sort_keys=True).encode())


def _checksum(inner: object) -> str:
    return hashlib.sha256(json.dumps(inner, sort_keys=True).encode()).hexdigest()


def _corrupt(path: Path, what: str) -> LakeCorrupt:
    mend = "restore it from a backup; the snapshots beside it are untouched"
    return LakeCorrupt(where=path, what=what, mend=mend)
