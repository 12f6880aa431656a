"""Understandings that a lake keeps: today's, and those of the catalogues before.

Each stands in a folder named by its catalogue. An old one costs a few megabytes and lets two
catalogues be held against each other; the last `KEPT` are kept, the rest is forgotten when
responses are understood anew.
"""

import shutil
from pathlib import Path

from gatewatch.store.lake import Lake

__all__ = ["KEPT", "forget_old", "kept", "understanding_files"]

KEPT = 3
"""Catalogues whose understanding is kept, today's included."""


def kept(lake: Lake) -> list[str]:
    """The catalogues that the lake was understood with, the last one first."""
    folders = [folder for folder in (lake.path / "understanding").glob("*") if folder.is_dir()]
    folders.sort(key=lambda folder: (folder.stat().st_mtime_ns, folder.name), reverse=True)
    return [folder.name for folder in folders]


def understanding_files(lake: Lake, catalogue: str) -> dict[str, Path]:
    """What is there of the understanding with `catalogue`, by the name of the responses file."""
    folder = lake.path / "understanding" / catalogue
    files = {name: folder / name for name in lake.manifest.responses}
    return {name: path for name, path in files.items() if path.exists()}


def forget_old(lake: Lake) -> None:
    """Removes all understandings but the lake's own and the last ones; hold the writer lock."""
    others = [name for name in kept(lake) if name != lake.manifest.catalogue]
    for name in others[KEPT - 1 :]:
        shutil.rmtree(lake.path / "understanding" / name, ignore_errors=True)
