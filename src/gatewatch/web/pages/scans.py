"""Scans, those that run and those that ran: who was asked, how fast, what came, who was left out.

The page reads the scan's folder. Operators can stop a scan and leave addresses out of it; no scan
is started from a browser.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gatewatch.model.errors import ScanUnknown
from gatewatch.scan.files import read_json
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.plan import Plan
from gatewatch.scan.roster import ask_to_stop, leave_out, scans_of, standing_of
from gatewatch.web.site import Role
from gatewatch.web.told import command_of
from gatewatch.web.visit import Menu, Page, Redirect, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(60, "/scans", lambda language: language.phrase("Scans"))

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_MOST_SCANS, _MOST_LINES, _MOST_ADDRESSES = 200, 200, 100
_LIVE = ("running", "stopping")


class Line(NamedTuple):
    """One scan of the list."""

    name: str
    state: str
    told: Mapping[str, Any]


def listing(visit: Visit) -> Reply:
    """All scans of the lake, the newest first."""
    paths = scans_of(visit.site.lake)
    lines = []
    for path in reversed(paths[-_MOST_SCANS:]):
        told = standing_of(ScanFolder(path))
        lines.append(Line(path.name, str(told["state"]), told))
    return Page(
        template="scans.html",
        title=visit.language.phrase("Scans"),
        values={"lines": lines, "live": any(one.state in _LIVE for one in lines),
                "left_out": max(0, len(paths) - _MOST_SCANS)},
        command=command_of("scan", "status"),
    )  # fmt: skip


def show(visit: Visit) -> Reply:
    """One scan: plan, progress, outcomes, who asked to be left out, its metadata."""
    folder = _folder(visit)
    plan = folder.plan()
    told = standing_of(folder)
    state = str(told["state"])
    person = visit.person
    return Page(
        template="scan.html",
        title=visit.language.phrase("Scan {name}", name=folder.path.name),
        values={
            "name": folder.path.name,
            "scan_state": state,
            "live": state in _LIVE,
            "told": told,
            "plan": _facts(plan),
            "left_out": sorted(plan.left_out.items()),
            "outcomes": sorted((told.get("outcomes") or {}).items(), key=lambda one: -one[1]),
            "skipped": sorted((told.get("skipped") or {}).items()),
            "opted_out": _lines(folder.own_exclusions),
            "metadata": read_json(folder.metadata),
            "snapshot": (read_json(folder.committed) or {}).get("snapshot", ""),
            "may": person is not None and person.role >= Role.OPERATOR,
        },
        command=command_of("scan", "status", f"scans/{folder.path.name}"),
    )


def stop(visit: Visit) -> Reply:
    """Asks it to stop, which takes effect within a second."""
    folder = _folder(visit)
    ask_to_stop(folder)
    return Redirect(f"/scans/{folder.path.name}")


def exclude(visit: Visit) -> Reply:
    """Leaves addresses out of it, and of later scans by their file of exclusions."""
    folder = _folder(visit)
    words = visit.form.get("addresses", "").replace(",", " ").split()[:_MOST_ADDRESSES]
    leave_out(folder, words or [""], visit.form.get("reason", ""))
    return Redirect(f"/scans/{folder.path.name}")


def _folder(visit: Visit) -> ScanFolder:
    """The scan that the address names; raises ScanUnknown, also for what is no name."""
    name = visit.part["name"]
    if not _NAME.fullmatch(name):
        raise ScanUnknown(where=name)
    try:
        return ScanFolder.open(visit.site.lake / "scans" / name)
    except ScanUnknown:
        raise ScanUnknown(where=name) from None


def _facts(plan: Plan) -> dict[str, str | int | float]:
    return {
        "scope": Path(plan.scope).name,
        "asked_for": plan.asked_for,
        "targets": plan.targets.size,
        "port": plan.port,
        "engine": plan.engine,
        "rate": plan.rate,
        "network_rate": plan.network_rate,
        "sample": plan.sample,
        "agent": plan.agent,
        "exclusions": Path(plan.exclusions.name).name if plan.exclusions.name else "",
    }


def _lines(path: Path) -> list[str]:
    """The last lines of a file that people wrote."""
    try:
        with path.open(encoding="utf-8", errors="backslashreplace") as file:
            return [line.rstrip("\n")[:300] for line in file][-_MOST_LINES:]
    except OSError:
        return []


ROUTES = (
    Route("/scans", listing),
    Route("/scans/{name}", show),
    Route("/scans/{name}/stop", stop, method="POST", role=Role.OPERATOR),
    Route("/scans/{name}/exclude", exclude, method="POST", role=Role.OPERATOR),
)
