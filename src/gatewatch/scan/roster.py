"""Scans that run somewhere else, or have run: through their folders below a lake.

Nobody here sends anything. A scan looks at its folder every second: what is asked of it takes
effect within one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatewatch.model.errors import OutputUnwritable
from gatewatch.scan.book import is_open
from gatewatch.scan.exclusions import add_exclusions
from gatewatch.scan.files import read_json
from gatewatch.scan.folder import ScanFolder

__all__ = ["ask_to_stop", "leave_out", "scans_of", "standing_of"]


def scans_of(lake: Path) -> list[Path]:
    """The folders of the scans below `lake`, oldest first."""
    return sorted(path.parent for path in (lake / "scans").glob("*/plan.json"))


def standing_of(folder: ScanFolder) -> dict[str, Any]:
    """Its status as it was last written; `state` is always there and always true."""
    told = read_json(folder.status) or {"state": "planned"}
    told["state"] = _state(folder, str(told.get("state")))
    return told


def ask_to_stop(folder: ScanFolder) -> None:
    """Asks a scan to stop; raises OutputUnwritable."""
    try:
        folder.stop.touch()
    except OSError as error:
        raise OutputUnwritable(
            where=folder.path, what=error.strerror, mend="stop it with Ctrl-C where it runs"
        ) from None


def leave_out(folder: ScanFolder, addresses: Sequence[str], reason: str) -> Path:
    """Leaves `addresses` out of a scan, and by the file that is returned out of later ones.

    Raises BadArguments when one is no address, ScanDamaged, OutputUnwritable.
    """
    path = folder.exclusion_files(folder.plan())[0]
    add_exclusions(path, addresses, reason)
    return path


def _state(folder: ScanFolder, said: str) -> str:
    """`running` is only true while somebody holds a book; a killed scan says it for ever."""
    if said in ("running", "stopping") and not is_open(folder.part(0)):
        return "interrupted"
    return said
