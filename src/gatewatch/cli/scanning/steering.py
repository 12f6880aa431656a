"""`scan status`, `stop` and `exclude`: a scan that runs somewhere else, through its folder."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import add_lake_option, lake_of
from gatewatch.model.errors import Exit, ScanUnknown
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from gatewatch.scan.folder import ScanFolder

__all__ = [
    "configure_exclude",
    "configure_status",
    "configure_stop",
    "exclude",
    "status",
    "stop",
]


def configure_status(parser: argparse.ArgumentParser) -> None:
    """Which scan, and for whom."""
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="a scan's folder (default: all)"
    )
    parser.add_argument("--status-json", action="store_true", help="as JSON lines, for programs")
    add_lake_option(parser)


def configure_stop(parser: argparse.ArgumentParser) -> None:
    """Which scan."""
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="a scan's folder (default: the newest)"
    )
    add_lake_option(parser)


def configure_exclude(parser: argparse.ArgumentParser) -> None:
    """Whom, why, and in which scan."""
    parser.add_argument(
        "addresses", nargs="+", metavar="ADDRESS", help="an address, CIDR block or first-last"
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="who asked, and how")
    parser.add_argument(
        "--scan", type=Path, metavar="DIR", help="a scan's folder (default: the newest)"
    )
    add_lake_option(parser)


def status(args: argparse.Namespace) -> int:
    """One line a scan; 1: there is none."""
    from gatewatch.scan.folder import ScanFolder
    from gatewatch.scan.roster import scans_of, standing_of

    paths = [args.folder] if args.folder else scans_of(lake_of(args))
    for path in paths:
        told = standing_of(ScanFolder.open(path))
        if args.status_json:
            print(json.dumps({"scan": str(path), **told}))
        else:
            print(_line(path, told))
    return Exit.FOUND if paths else Exit.NOTHING


def stop(args: argparse.Namespace) -> int:
    """Asks a scan to stop, which takes effect within a second."""
    from gatewatch.scan.roster import ask_to_stop

    folder = _folder(args.folder, args)
    ask_to_stop(folder)
    say(f"{folder.path} is asked to stop", args)
    return Exit.FOUND


def exclude(args: argparse.Namespace) -> int:
    """Leaves addresses out of a scan within a second, and out of all later ones by its file."""
    from gatewatch.scan.roster import leave_out

    path = leave_out(_folder(args.scan, args), args.addresses, args.reason)
    say(f"left out within a second, and written to {path}", args)
    return Exit.FOUND


def _folder(path: Path | None, args: argparse.Namespace) -> "ScanFolder":
    from gatewatch.scan.folder import ScanFolder
    from gatewatch.scan.roster import scans_of

    if path is None:
        scans = scans_of(lake_of(args))
        if not scans:
            raise ScanUnknown(where=lake_of(args) / "scans")
        path = scans[-1]
    return ScanFolder.open(path)


def _line(path: Path, told: dict[str, object]) -> str:
    words = [f"{shown(path)}: {told['state']}"]
    if "finished" in told:
        words.append(f"{told['finished']:,} of {told['total']:,} addresses")
        words.append(f"{told['percent_complete']} %, {told['open']:,} open, {told['http']:,} HTTP")
    if told.get("time_remaining") and told["state"] == "running":
        words.append(f"{told['time_remaining']} s left")
    if told.get("waiting_for"):
        words.append(f"paused: {shown(told['waiting_for'], 200)}")
    return ", ".join(words)
